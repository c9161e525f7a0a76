// Sums of products over axes with labels: what einsum and tensordot share.
#pragma once

#include <string_view>
#include <vector>

#include "luge/tensor.h"

namespace luge {

/// A tensor with a label for each axis, no two of them equal.
struct Labeled {
  Tensor x;
  std::vector<int> labels;
};

/// Σ over the labels that `result` leaves out of the product of all operands; axes in the order of `result`.
/// Labels of two operands have one extent, or extent 1 in one of them. Products are taken from left to right,
/// as matrix products where labels are summed. `op` begins the text of errors, `name_of` makes a label
/// readable.
Tensor contract(std::string_view op, std::vector<Labeled> operands, const std::vector<int>& result,
                std::string (*name_of)(int label));

}  // namespace luge
