// What a network from a file answers, and data brought to the scale it was trained on.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "luge/data/dataset.h"
#include "luge/data/recipe.h"
#include "luge/nn/module.h"

namespace luge::experiment {

/// Throws ShapeError when the inputs do not have the shape that the network takes.
void check_shape(const nn::Metadata& metadata, const data::Dataset& data);
/// `data` on the scale that the network was trained on.
data::Dataset scaled_for(const nn::Metadata& metadata, const data::Dataset& data);

/// Called between pieces of work; what it throws ends the work.
using Poll = std::function<void()>;

/// The network's output for every sample, row by row, as probabilities where the metadata say so.
struct Answers {
  std::int64_t width = 0;  // numbers a sample
  std::vector<float> values;
  std::span<const float> row(std::int64_t sample) const {
    return std::span(values).subspan(static_cast<std::size_t>(sample * width),
                                     static_cast<std::size_t>(width));
  }
};
/// Puts answers that are numbers like the field "target" into the units that it had before the recipe.
void take_back_units(Answers& answers, const data::Recipe& recipe, const data::Field& target);
/// The same for the first samples: a batch of 256 at least, and more while `go_on` returns true.
Answers answer_while(const nn::Module& net, const data::Dataset& data, const std::function<bool()>& go_on);
Answers answer(const nn::Module& net, const data::Dataset& data, const Poll& poll);

}  // namespace luge::experiment
