// Pooling: windows over spatial axes that become one element each.
#pragma once

#include <cstdint>

#include <vector>

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
/// Returns the largest element of each channel of x [N,C,…] over all spatial axes, which stay with extent 1.
/// Equal largest elements share the gradient evenly. x must hold numbers. Throws ShapeError for fewer than
/// three axes and for an axis without elements. Source: ONNX GlobalMaxPool.
Tensor global_max_pool(const Tensor& x);
/// Returns (Σ |x|^p)^(1/p) of each channel of x [N,C,…] over all spatial axes, which stay with extent 1. x
/// must be floating. Throws ShapeError for fewer than three axes and ValueError for a p that is not above 0.
/// Source: ONNX GlobalLpPool.
Tensor global_lp_pool(const Tensor& x, double p = 2);

/// Returns (Σ |x|^p)^(1/p) of each window of x [N,C,W]: [N,C,W']. Padding counts as 0, and p = infinity gives
/// the largest |x|. The gradient is 0 where the result is 0. x must be floating. Throws ValueError for a p
/// that is not above 0, and otherwise as max_pool1d does. PyTorch leaves out the |…|, and its partial windows
/// of ceil_mode are scaled up to whole ones. Source: ONNX LpPool.
Tensor lp_pool1d(const Tensor& x, double p, const PoolOptions& options = {});
/// Returns (Σ |x|^p)^(1/p) of each window of images x [N,C,H,W]. Otherwise as lp_pool1d. Source: ONNX LpPool.
Tensor lp_pool2d(const Tensor& x, double p, const PoolOptions& options = {});
/// Returns (Σ |x|^p)^(1/p) of each window of volumes x [N,C,D,H,W]. Otherwise as lp_pool1d. Source: ONNX
/// LpPool.
Tensor lp_pool3d(const Tensor& x, double p, const PoolOptions& options = {});

/// Returns the means [N,C,n] of n windows that cover x [N,C,W]: window i begins at ⌊i·W/n⌋ and ends before
/// ⌈(i+1)·W/n⌉. x must be floating. Throws ShapeError when x does not have three axes or an axis has no
/// elements, and ValueError for an output extent below 1. Source: PyTorch functional.adaptive_avg_pool1d.
Tensor adaptive_avg_pool1d(const Tensor& x, const PerAxis& output);
/// Returns the means of windows that cover images x [N,C,H,W]; `output` are their numbers along H and W.
/// Otherwise as adaptive_avg_pool1d. Source: PyTorch functional.adaptive_avg_pool2d.
Tensor adaptive_avg_pool2d(const Tensor& x, const PerAxis& output);
/// Returns the means of windows that cover volumes x [N,C,D,H,W]. Otherwise as adaptive_avg_pool1d. Source:
/// PyTorch functional.adaptive_avg_pool3d.
Tensor adaptive_avg_pool3d(const Tensor& x, const PerAxis& output);
/// Returns the largest element of each window of adaptive_avg_pool1d. NaN is always the largest; of equal
/// elements the first takes the gradient. x must hold numbers. Throws as adaptive_avg_pool1d does. Source:
/// PyTorch functional.adaptive_max_pool1d.
Tensor adaptive_max_pool1d(const Tensor& x, const PerAxis& output);
/// Returns the largest element of each window of adaptive_avg_pool2d. Otherwise as adaptive_max_pool1d.
/// Source: PyTorch functional.adaptive_max_pool2d.
Tensor adaptive_max_pool2d(const Tensor& x, const PerAxis& output);
/// Returns the largest element of each window of adaptive_avg_pool3d. Otherwise as adaptive_max_pool1d.
/// Source: PyTorch functional.adaptive_max_pool3d.
Tensor adaptive_max_pool3d(const Tensor& x, const PerAxis& output);

/// The result of pooling that says where the largest elements are.
struct PooledWithIndices {
  Tensor values;   ///< the largest elements
  Tensor indices;  ///< i64: the row-major position of each in the spatial axes of x, which max_unpool takes
};
/// Returns max_pool1d and the positions of its elements. An index is -1 where a dilated window covers padding
/// alone. Throws as max_pool1d does. Source: PyTorch functional.max_pool1d with return_indices; ONNX MaxPool
/// counts through batch and channels, too.
PooledWithIndices max_pool1d_with_indices(const Tensor& x, const PoolOptions& options = {});
/// Returns max_pool2d and the positions of its elements. Otherwise as max_pool1d_with_indices. Source:
/// PyTorch functional.max_pool2d with return_indices.
PooledWithIndices max_pool2d_with_indices(const Tensor& x, const PoolOptions& options = {});
/// Returns max_pool3d and the positions of its elements. Otherwise as max_pool1d_with_indices. Source:
/// PyTorch functional.max_pool3d with return_indices.
PooledWithIndices max_pool3d_with_indices(const Tensor& x, const PoolOptions& options = {});

/// Options of the functions that undo a max pooling.
struct UnpoolOptions {
  PerAxis kernel = 2;                    ///< extents of the window
  PerAxis stride = {};                   ///< elements that the window moved by; empty: the kernel
  Padding padding = PaddingMode::valid;  ///< how the input had been extended; valid or numbers
  PerAxis output = {};  ///< the spatial extents of the result; empty: (W - 1)·stride + kernel
                        ///< without the padding
};
/// Returns zeros [N,C,W'] with the elements of x [N,C,W] at `indices`, which have the shape of x and are
/// those of max_pool1d_with_indices. Where an index occurs twice the last element is taken; the gradient goes
/// to both, as in PyTorch. x must hold numbers. Throws IndexError for an index outside the result when the
/// program runs, ShapeError when an extent of the result is below 1, and ValueError for other padding modes.
/// Source: ONNX MaxUnpool, PyTorch functional.max_unpool1d.
Tensor max_unpool1d(const Tensor& x, const Tensor& indices, const UnpoolOptions& options = {});
/// Returns zeros [N,C,H',W'] with the elements of x [N,C,H,W] at `indices`. Otherwise as max_unpool1d.
/// Source: PyTorch functional.max_unpool2d.
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, const UnpoolOptions& options = {});
/// Returns zeros [N,C,D',H',W'] with the elements of x [N,C,D,H,W] at `indices`. Otherwise as max_unpool1d.
/// Source: PyTorch functional.max_unpool3d.
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, const UnpoolOptions& options = {});

}  // namespace luge
