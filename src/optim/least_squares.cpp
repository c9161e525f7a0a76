// least_squares: the normal equations by Cholesky.
#include "luge/optim/least_squares.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::optim {
namespace {

void check(const Tensor& x, const Tensor& y, const LeastSquaresOptions& options) {
  if (x.rank() != 2 || y.rank() < 1 || y.rank() > 2 || x.extent(0) != y.extent(0)) {
    throw ShapeError(
        fmt::format("least_squares: x {} and y {} do not match; expected [N,in] and [N,out] or [N]",
                    x.shape().to_string(), y.shape().to_string()));
  }
  if (!is_floating(x.dtype()) || x.dtype() != y.dtype()) {
    throw DTypeError(fmt::format("least_squares: x is {} and y is {}; expected one floating dtype",
                                 name(x.dtype()), name(y.dtype())));
  }
  if (!(options.l2 >= 0))
    throw ValueError(fmt::format("least_squares: l2 is {}; expected 0 or more", options.l2));
}

}  // namespace

LinearModel least_squares(const Tensor& x, const Tensor& given, const LeastSquaresOptions& options) {
  check(x, given, options);
  const Tensor y = given.rank() == 1 ? unsqueeze(given, 1) : given;
  const Tensor x_mean = mean(x, 0, keep_dims), y_mean = mean(y, 0, keep_dims);
  const Tensor a = options.bias ? x - x_mean : x, b = options.bias ? y - y_mean : y;
  Tensor squares = matmul(transpose(a), a);
  if (options.l2 > 0) squares = squares + options.l2 * eye(x.extent(1), x.dtype());
  const Tensor root = cholesky(squares);
  const Tensor half = triangular_solve(root, matmul(transpose(a), b));
  const Tensor weight = transpose(triangular_solve(root, half, {.transpose = true}));
  if (!options.bias) return {weight, {}};
  return {weight, squeeze(y_mean - matmul(x_mean, transpose(weight)), 0)};
}

}  // namespace luge::optim
