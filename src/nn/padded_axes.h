// Checks of the axes of padded values that layers share.
#pragma once

#include "luge/nn/padded.h"

namespace luge::nn {

/// Throws ShapeError when the padded axis is not `axis`.
void check_axis(const Padded& x, int axis);

/// Throws ShapeError when the padded axis is among `count` axes from `first` on, which a layer computes with
/// together. A negative first axis counts from the end.
void check_apart(const Padded& x, std::int64_t first, int count);

}  // namespace luge::nn
