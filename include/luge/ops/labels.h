// Ids and labels as data holds them: of any dtype, with or without an axis of their own.
#pragma once

#include <cstdint>
#include <string>

#include "luge/tensor.h"

namespace luge {

/// Returns x as i64, for use as ids or labels. x is an integer tensor, or a floating tensor of whole numbers.
/// A number that has a fraction, is NaN or is infinite throws IndexError when the program runs; the text
/// begins with `label` and names the number and its position.
Tensor to_index(const Tensor& x, std::string label = {});
/// Returns where the labels are `label`, bool. Numbers of each dtype are compared exactly.
Tensor is_label(const Tensor& labels, std::int64_t label);
/// Returns labels without their class axis: a target [N,…,1] of scores [N,…,C] becomes [N,…]. Any other
/// target is returned as it is. `axis` is the class axis.
Tensor squeeze_labels(const Tensor& target, const Tensor& scores, int axis = -1);

}  // namespace luge
