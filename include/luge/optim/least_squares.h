// least_squares: the weights of a linear model in closed form.
#pragma once

#include "luge/tensor.h"

namespace luge::optim {

/// Options of least_squares.
struct LeastSquaresOptions {
  bool bias = true;  ///< the model has a bias
  double l2 = 0;  ///< λ, 0 or more: λ·Σ weight² is added to the sum of squares; the bias is not penalized
};
/// A linear model, as nn::Linear holds it: y = x·weightᵀ + bias.
struct LinearModel {
  Tensor weight,  ///< [out,in]
      bias;       ///< [out]; empty when there is none
};
/// Returns the linear model of the columns of x [N,in] with the smallest sum of squared errors from y
/// [N,out], or from y [N] for one output. It solves the normal equations (XᵀX + λI)·W = XᵀY by the Cholesky
/// decomposition; with a bias, X and Y have the means of their columns subtracted first. x and y have one
/// floating dtype; float64 keeps twice the digits, of which the equations lose as many as those of the
/// squared condition of X. Throws ShapeError or DTypeError when x and y do not match, and ValueError for a
/// negative l2, and for columns that depend on each other without one when the result is computed. Source:
/// Gauss 1809; with λ Hoerl and Kennard 1970.
///
///     optim::LinearModel fit = optim::least_squares(x, y);
///     Tensor prediction = matmul(x, transpose(fit.weight)) + fit.bias;
LinearModel least_squares(const Tensor& x, const Tensor& y, const LeastSquaresOptions& options = {});

}  // namespace luge::optim
