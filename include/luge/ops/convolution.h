// Convolutions over one, two or three spatial axes.
#pragma once

#include <cstdint>

#include "luge/ops/window.h"
#include "luge/tensor.h"

namespace luge {

/// Options of conv1d, conv2d and conv3d.
struct ConvOptions {
  PerAxis stride = 1;                    ///< elements that the window moves by
  PerAxis dilation = 1;                  ///< distance between two taps of the kernel
  Padding padding = PaddingMode::valid;  ///< how the input is extended at its border
  std::int64_t groups = 1;               ///< channels are split into this many independent convolutions
};

/// Returns the convolution [N,O,W'] of x [N,C,W] with the kernel w [O,C/groups,K], plus the bias b [O]. An
/// empty b means no bias. As in all network libraries, the kernel is not reversed (cross-correlation). All
/// tensors have one dtype, which is not bool. Throws ShapeError when the channels of x and w do not match,
/// when they are not divisible by `groups`, and when the kernel is longer than the padded input; ValueError
/// for a stride, a dilation, a kernel extent or a group count below 1; DTypeError when the dtypes differ.
/// Source: ONNX Conv, PyTorch functional.conv1d.
Tensor conv1d(const Tensor& x, const Tensor& w, const Tensor& b = {}, const ConvOptions& options = {});
/// Returns the convolution [N,O,H',W'] of images x [N,C,H,W] with w [O,C/groups,K,K]. Otherwise as conv1d.
/// Source: ONNX Conv, PyTorch functional.conv2d.
///
///     Tensor y = conv2d(x, w, b, {.stride = 2, .padding = PaddingMode::same});
Tensor conv2d(const Tensor& x, const Tensor& w, const Tensor& b = {}, const ConvOptions& options = {});
/// Returns the convolution [N,O,D',H',W'] of volumes x [N,C,D,H,W] with w [O,C/groups,K,K,K]. Otherwise as
/// conv1d. Source: ONNX Conv, PyTorch functional.conv3d.
Tensor conv3d(const Tensor& x, const Tensor& w, const Tensor& b = {}, const ConvOptions& options = {});

}  // namespace luge
