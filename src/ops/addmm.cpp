// addmm: a matrix product plus a matrix, each times a number.
#include <fmt/format.h>

#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {
namespace {

bool is(const Scalar& number, double value) { return number.real() == value; }

}  // namespace

Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, const AddmmOptions& options) {
  constexpr std::string_view op = "addmm";
  const Type added{c.dtype(), c.shape()};
  check_rank(op, "a", {a.dtype(), a.shape()}, 2), check_rank(op, "b", {b.dtype(), b.shape()}, 2);
  check_same_dtype(op, {a.dtype(), a.shape()}, added);
  const MatmulOptions turns{options.transpose_a, options.transpose_b};
  const bool plain = is(options.alpha, 1) && is(options.beta, 1);
  if (plain && c.rank() == 1 && c.shape() == Shape{b.shape()[options.transpose_b ? 0 : 1]})
    return matmul(a, b, c, turns);
  const Tensor product = matmul(a, b, turns);
  if (!broadcasts_to(c.shape(), product.shape())) {
    throw ShapeError(fmt::format("addmm: c is {}, the product is {}; expected a c that broadcasts to it",
                                 added.to_string(), Type{product.dtype(), product.shape()}.to_string()));
  }
  const Tensor scaled = is(options.alpha, 1) ? product : product * options.alpha;
  if (is(options.beta, 0)) return scaled;
  return scaled + (is(options.beta, 1) ? c : c * options.beta);
}

}  // namespace luge
