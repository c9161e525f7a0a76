// A network from a file, and data brought to the scale it was trained on.
#pragma once

#include <vector>

#include "cli/runs.h"
#include "luge/data/dataset.h"
#include "luge/nn/load.h"

namespace luge::cli {

/// `data` as the network wants it. Throws ShapeError when its samples have another shape.
data::Dataset scaled_for(const nn::Metadata& metadata, const data::Dataset& data);

/// The network's output for every sample, row by row, as probabilities where the metadata say so.
struct Answers {
  std::int64_t width = 0;  // numbers a sample
  std::vector<float> values;
  std::span<const float> row(std::int64_t sample) const {
    return std::span(values).subspan(static_cast<std::size_t>(sample * width),
                                     static_cast<std::size_t>(width));
  }
};
Answers answer(const nn::Loaded& net, const data::Dataset& data);

}  // namespace luge::cli
