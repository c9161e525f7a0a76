// Pictures of a few samples after each epoch, with what is true and what the network says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "experiment/training_data.h"
#include "luge/draw/figure.h"
#include "luge/experiment/run.h"
#include "luge/train/callback.h"
#include "luge/train/watching.h"

namespace luge::experiment {

/// Whether records have a picture: one or three channels of u8 or f32, in the field "image" or "input".
bool shows_pictures(const data::Dataset& raw);
bool shows_pictures(const TrainingData& training);

/// Each sample as it is before the recipe, with its truth and what was said about it: a caption, or a second
/// picture where the answer is a mask or a picture.
draw::Figure predictions_figure(const data::Dataset& raw, const std::vector<data::Record>& said,
                                const std::string& title);

/// Draws the first `count` samples of the validation part, or else of the training part, into
/// epoch-0001.png … below `folder`, and into the event files where there are some. What cannot be drawn is
/// told of, once. `training` must live as long.
train::CallbackRef sample_predictions(const TrainingData& training, std::int64_t count,
                                      std::filesystem::path folder, std::shared_ptr<train::RunEvents> events,
                                      Tell tell);

}  // namespace luge::experiment
