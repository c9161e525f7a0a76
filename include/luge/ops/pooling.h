// Pooling: windows over spatial axes that become one element each.
#pragma once

#include <cstdint>

#include "luge/ops/window.h"
#include "luge/tensor.h"

namespace luge {

/// Options of the pooling functions.
struct PoolOptions {
  PerAxis kernel = 2;                    ///< extents of the window
  PerAxis stride = {};                   ///< elements that the window moves by; empty: the kernel
  PerAxis dilation = 1;                  ///< distance between two elements of the window
  Padding padding = PaddingMode::valid;  ///< how the input is extended at its border
  bool ceil_mode = false;                ///< keep a last, partial window that begins inside the input
  bool count_include_pad = false;        ///< averages divide by the whole window even at the border
};

/// Returns the largest element of each window of x [N,C,W]: [N,C,W']. Padding is never the largest, and NaN
/// always is. Of equal elements the first takes the gradient. x must hold numbers. Throws ShapeError when x
/// does not have three axes or the window is longer than the padded input, and ValueError for a kernel, a
/// stride or a dilation below 1. Source: ONNX MaxPool, PyTorch functional.max_pool1d.
Tensor max_pool1d(const Tensor& x, const PoolOptions& options = {});
/// Returns the largest element of each window of images x [N,C,H,W]. Otherwise as max_pool1d. Source: ONNX
/// MaxPool, PyTorch functional.max_pool2d.
Tensor max_pool2d(const Tensor& x, const PoolOptions& options = {});
/// Returns the largest element of each window of volumes x [N,C,D,H,W]. Otherwise as max_pool1d. Source: ONNX
/// MaxPool, PyTorch functional.max_pool3d.
Tensor max_pool3d(const Tensor& x, const PoolOptions& options = {});

/// Returns the mean of each window of x [N,C,W]: [N,C,W']. Padding does not count unless count_include_pad is
/// set, whereas PyTorch counts it by default. x must be floating. Throws as max_pool1d does. Source: ONNX
/// AveragePool, PyTorch functional.avg_pool1d.
Tensor avg_pool1d(const Tensor& x, const PoolOptions& options = {});
/// Returns the mean of each window of images x [N,C,H,W]. Otherwise as avg_pool1d. Source: ONNX AveragePool,
/// PyTorch functional.avg_pool2d.
Tensor avg_pool2d(const Tensor& x, const PoolOptions& options = {});
/// Returns the mean of each window of volumes x [N,C,D,H,W]. Otherwise as avg_pool1d. Source: ONNX
/// AveragePool, PyTorch functional.avg_pool3d.
Tensor avg_pool3d(const Tensor& x, const PoolOptions& options = {});

/// Returns the mean of each channel of x [N,C,…] over all spatial axes, which stay with extent 1. x must be
/// floating. Throws ShapeError for fewer than three axes. Source: ONNX GlobalAveragePool.
Tensor global_avg_pool(const Tensor& x);

}  // namespace luge
