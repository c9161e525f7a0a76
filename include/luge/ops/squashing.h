// Activations with a bounded range, besides sigmoid, tanh, softmax and log_softmax.
/// @file
/// Each function keeps shape and dtype. x must be floating, otherwise DTypeError. NaN gives NaN. At ±infinity
/// value and derivative are the limits.
#pragma once

#include <cstdint>

#include "luge/tensor.h"

namespace luge {

/// Returns x/(1 + |x|). The derivative is 1/(1 + |x|)². Source: ONNX Softsign.
Tensor softsign(const Tensor& x);
/// Returns alpha·x + beta limited to [0, 1]. The derivative is alpha inside and 0 at the bounds and beyond.
/// The defaults are those of PyTorch and Keras 3; ONNX has alpha = 0.2. Source: ONNX HardSigmoid, PyTorch
/// functional.hardsigmoid.
Tensor hard_sigmoid(const Tensor& x, double alpha = 1.0 / 6, double beta = 0.5);
/// Returns x limited to [low, high]. The derivative is 1 inside and 0 at the bounds and beyond; clamp gives 1
/// at the bounds. Throws ValueError unless low < high. Source: PyTorch functional.hardtanh.
Tensor hard_tanh(const Tensor& x, double low = -1, double high = 1);
/// Returns 1 where x ≥ 0 and 0 elsewhere, the activation of the perceptron. It has no gradient: its slope is
/// 0 everywhere but at 0, where it is infinite; grad throws GraphError. Source: Rosenblatt 1958, NumPy
/// heaviside(x, 1).
Tensor step(const Tensor& x);
/// Returns softmax(-x) along `axis`. Throws ShapeError for an axis that does not exist. Source: PyTorch
/// functional.softmin.
Tensor softmin(const Tensor& x, std::int64_t axis = -1);
/// Returns 1 at the first largest element along `axis` and 0 elsewhere. Where an element along the axis is
/// NaN, all are NaN. It has no gradient: its slope is 0 wherever it has one. Throws ShapeError for an axis
/// that does not exist. Source: ONNX Hardmax.
Tensor hardmax(const Tensor& x, std::int64_t axis = -1);

}  // namespace luge
