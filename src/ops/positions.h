#pragma once

#include "luge/tensor.h"

namespace luge {

/// 0, 1, … along an axis of `like`: i64 [extent]. Only the type of `like` is used.
Tensor positions(const Tensor& like, int axis);
/// The same, followed by an axis of extent 1 for each later axis of `like`: broadcasts against it.
Tensor positions_along(const Tensor& like, int axis);

}  // namespace luge
