// What a network that tells something about each pixel says about a raw picture of any size.
#pragma once

#include <functional>
#include <optional>

#include "luge/data/recipe.h"
#include "luge/data/record.h"
#include "luge/nn/module.h"
#include "tasks/tiles.h"

namespace luge::tasks {

/// Numbers [1,height,width,channels] or [1,height,width] of an output of the network.
using OfOutput = std::function<Tensor(const Tensor& output)>;

/// The numbers for each pixel of the raw picture, in its own size. A picture that the recipe resizes is shown
/// to the network in that size, and the numbers are resampled; one that the recipe would crop or pad is shown
/// as it is. A network that takes pictures of one size alone gets tiles of that size. Nothing where the
/// record has no picture, the recipe does not say how it is made the input, or the recipe cuts off a part of
/// a resized picture. Throws ShapeError for a network whose output never has the extents of its input.
std::optional<Pixels> of_whole_picture(const nn::Module& net, const data::Recipe& recipe,
                                       const data::Record& raw, std::int64_t tile, std::int64_t overlap,
                                       const OfOutput& numbers);

}  // namespace luge::tasks
