// Activations without an upper bound: rectifiers and gates, besides relu, leaky_relu, relu6 and gelu.
/// @file
/// Each function works on every element alone and keeps shape and dtype. x must be floating, otherwise
/// DTypeError. NaN gives NaN. Where a limit exists at ±infinity, value and derivative are that limit.
#pragma once

#include <cstdint>

#include "luge/tensor.h"

namespace luge {

/// Returns x where x > 0 and slope·x elsewhere, with slopes that are learned. `slope` is one number (rank 0
/// or [1]) or one for each channel [C] of x [N,C,…], and has the dtype of x. The derivative at 0 is the
/// slope. Throws ShapeError when the slopes do not match and DTypeError when the dtypes differ. Source: He et
/// al. 2015, PyTorch functional.prelu.
Tensor prelu(const Tensor& x, const Tensor& slope);
/// Returns x where x > 0 and alpha·(exp(x) - 1) elsewhere. The derivative is 1 where x > 0 and alpha·exp(x)
/// elsewhere. Source: Clevert et al. 2016, ONNX Elu.
Tensor elu(const Tensor& x, double alpha = 1);
/// Returns scale·elu(x, alpha) with scale = 1.0507009873554805 and alpha = 1.6732632423543772, which keep
/// mean 0 and variance 1 through many layers. Source: Klambauer et al. 2017, ONNX Selu.
Tensor selu(const Tensor& x);
/// Returns x where x > 0 and alpha·(exp(x/alpha) - 1) elsewhere, whose derivative at 0 is 1 from both sides.
/// Throws ValueError for an alpha that is not above 0; PyTorch takes negative ones. Source: Barron 2017, ONNX
/// Celu.
Tensor celu(const Tensor& x, double alpha = 1);
/// Returns x·sigmoid(beta·x), also called swish. With s = sigmoid(beta·x) the derivative is
/// s + beta·x·s·(1-s). Source: Ramachandran et al. 2017, ONNX Swish, PyTorch functional.silu.
Tensor silu(const Tensor& x, double beta = 1);
/// Returns x·tanh(log(1 + exp(x))). Source: Misra 2019, ONNX Mish.
Tensor mish(const Tensor& x);
/// Returns log(1 + exp(beta·x))/beta; the derivative is sigmoid(beta·x). The computation does not overflow,
/// so it needs no threshold as PyTorch's does. Throws ValueError for a beta that is not above 0. Source:
/// PyTorch functional.softplus.
Tensor softplus(const Tensor& x, double beta);
/// Returns x·relu6(x + 3)/6. The derivative is 0 for x ≤ -3, 1 for x ≥ 3 and x/3 + 1/2 between. Source:
/// Howard et al. 2019, ONNX HardSwish.
Tensor hard_swish(const Tensor& x);
/// Returns x where x > at, and `value` elsewhere. The derivative is 1 where x > at, else 0. Source: PyTorch
/// functional.threshold.
Tensor threshold(const Tensor& x, double at, double value);
/// Returns a·sigmoid(b), where a and b are the halves of x along `axis`, so that this axis becomes half as
/// long. Throws ShapeError for an odd or unknown extent. Source: Dauphin et al. 2017, PyTorch functional.glu.
Tensor glu(const Tensor& x, std::int64_t axis = -1);

}  // namespace luge
