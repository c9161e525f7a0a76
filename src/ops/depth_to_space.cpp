// depth_to_space, space_to_depth: blocks of pixels as channels and back.
#include <fmt/format.h>

#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {
namespace {

void check_block(std::string_view op, const Tensor& x, std::int64_t block) {
  check_rank(op, "input", {x.dtype(), x.shape()}, 4);
  if (block < 1) throw ValueError(fmt::format("{}: block is {}, expected 1 or more", op, block));
}

}  // namespace

Tensor depth_to_space(const Tensor& x, std::int64_t block, DepthOrder order) {
  check_block("depth_to_space", x, block);
  const bool depth_last = order == DepthOrder::depth_column_row;
  const Tensor parts =
      unflatten(x, 1, depth_last ? Shape{block, block, unknown} : Shape{unknown, block, block});
  const Tensor moved =
      permute(parts, depth_last ? std::vector{0, 3, 4, 1, 5, 2} : std::vector{0, 1, 4, 2, 5, 3});
  return flatten(flatten(moved, 4, 5), 2, 3);
}

Tensor space_to_depth(const Tensor& x, std::int64_t block, DepthOrder order) {
  check_block("space_to_depth", x, block);
  const Tensor parts = unflatten(unflatten(x, 3, {unknown, block}), 2, {unknown, block});
  const bool depth_last = order == DepthOrder::depth_column_row;
  return flatten(permute(parts, depth_last ? std::vector{0, 3, 5, 1, 2, 4} : std::vector{0, 1, 3, 5, 2, 4}),
                 1, 3);
}

}  // namespace luge
