// Ids and labels as they come from data: of any dtype, with or without an axis of their own.
#pragma once

#include <cstdint>
#include <string>

#include "luge/tensor.h"

namespace luge {

/// x as i64, for use as ids or labels: an integer tensor, or a floating one of whole numbers. When it runs,
/// one that has a fraction, is NaN or infinite throws IndexError naming it and its position; `label` begins
/// the message.
Tensor to_index(const Tensor& x, std::string label = {});
/// Where the labels are `label`, bool; numbers of any dtype, compared exactly.
Tensor is_label(const Tensor& labels, std::int64_t label);
/// Labels without a class axis: a target [N,…,1] beside scores [N,…,C] becomes [N,…], any other target stays.
Tensor squeeze_labels(const Tensor& target, const Tensor& scores, int axis = -1);

}  // namespace luge
