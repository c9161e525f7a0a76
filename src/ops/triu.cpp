// triu, tril: one side of a diagonal, zeros on the other.
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/positions.h"

namespace luge {
namespace {

// How far right of the main diagonal each element of the last two axes is.
Tensor distance(std::string_view op, const Tensor& x) {
  check_rank_between(op, "input", {x.dtype(), x.shape()}, 2, Shape::max_rank);
  return positions_along(x, -1) - positions_along(x, -2);
}

Tensor masked(const Tensor& mask, const Tensor& x) {
  return where(mask, x, x.dtype() == boolean ? Operand(false) : Operand(0));
}

}  // namespace

Tensor triu(const Tensor& x, std::int64_t offset) {
  return masked(greater_equal(distance("triu", x), offset), x);
}
Tensor tril(const Tensor& x, std::int64_t offset) {
  return masked(less_equal(distance("tril", x), offset), x);
}

}  // namespace luge
