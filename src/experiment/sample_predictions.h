// Pictures of a few samples after each epoch, with what is true and what the network says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "experiment/training_data.h"
#include "luge/experiment/run.h"
#include "luge/train/callback.h"
#include "luge/train/watching.h"

namespace luge::experiment {

/// Whether records have a picture: one or three channels of u8 or f32, in the field "image" or "input".
bool shows_pictures(const TrainingData& training);

/// Draws the first `count` samples of the validation part, or else of the training part, into
/// epoch-0001.png … below `folder`, and into the event files where there are some. What cannot be drawn is
/// told of, once. `training` must live as long.
train::CallbackRef sample_predictions(const TrainingData& training, std::int64_t count,
                                      std::filesystem::path folder, std::shared_ptr<train::RunEvents> events,
                                      Tell tell);

}  // namespace luge::experiment
