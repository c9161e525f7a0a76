// Shared by the losses that compare a prediction with a target element by element.
#pragma once

#include <string_view>

#include "luge/tensor.h"

namespace luge::loss {

/// The target in the prediction's shape and dtype; [N] means [N,1]. Throws DTypeError for a prediction that
/// is not floating, and ShapeError naming both: shapes that would silently broadcast to [N,N] are a mistake.
Tensor matched(std::string_view loss, const Tensor& prediction, const Tensor& target);
/// [N,…] → [N]: the mean over each sample's elements.
Tensor mean_per_sample(const Tensor& each);

}  // namespace luge::loss
