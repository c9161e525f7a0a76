#pragma once

#include "luge/tensor.h"

namespace luge {

/// 0, 1, … along an axis of `like`: i64 [extent]. Only the type of `like` is used.
Tensor positions(const Tensor& like, int axis);
/// The same, with as many axes of extent 1 behind it as the axis has in `like`: broadcasts against it.
Tensor positions_along(const Tensor& like, int axis);

}  // namespace luge
