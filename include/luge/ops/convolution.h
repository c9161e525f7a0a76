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
  Border border = Border::zeros;         ///< what the padding holds
};

/// Returns the convolution [N,O,W'] of x [N,C,W] with the kernel w [O,C/groups,K], plus the bias b [O]. An
/// empty b means no bias. As in all network libraries, the kernel is not reversed (cross-correlation). All
/// tensors have one dtype, which is not bool. Throws ShapeError when the channels of x and w do not match,
/// when they are not divisible by `groups`, and when the kernel is longer than the padded input; ValueError
/// for a stride, a dilation, a kernel extent or a group count below 1; DTypeError when the dtypes differ.
/// With a border other than zeros, throws ShapeError for more padding than it can give. Source: ONNX Conv,
/// PyTorch functional.conv1d, and padding_mode of its layers.
Tensor conv1d(const Tensor& x, const Tensor& w, const Tensor& b = {}, const ConvOptions& options = {});
/// Returns the convolution [N,O,H',W'] of images x [N,C,H,W] with w [O,C/groups,K,K]. Otherwise as conv1d.
/// Source: ONNX Conv, PyTorch functional.conv2d.
///
///     Tensor y = conv2d(x, w, b, {.stride = 2, .padding = PaddingMode::same});
Tensor conv2d(const Tensor& x, const Tensor& w, const Tensor& b = {}, const ConvOptions& options = {});
/// Returns the convolution [N,O,D',H',W'] of volumes x [N,C,D,H,W] with w [O,C/groups,K,K,K]. Otherwise as
/// conv1d. Source: ONNX Conv, PyTorch functional.conv3d.
Tensor conv3d(const Tensor& x, const Tensor& w, const Tensor& b = {}, const ConvOptions& options = {});

/// Options of conv_transpose1d, conv_transpose2d and conv_transpose3d.
struct ConvTransposeOptions {
  PerAxis stride = 1;                    ///< elements between the copies of the kernel in the output
  PerAxis dilation = 1;                  ///< distance between two taps of the kernel
  Padding padding = PaddingMode::valid;  ///< how many elements are cut off at the border of the output
  PerAxis output_padding = 0;            ///< elements more at the end; below the stride
  std::int64_t groups = 1;               ///< channels are split into this many independent convolutions
};

/// Returns the transposed convolution [N,O,W'] of x [N,C,W] with w [C,O/groups,K], plus the bias b [O]: the
/// gradient of conv1d with respect to its input. An empty b means no bias. With pads p and q,
/// W' = (W - 1)·stride - p - q + (K - 1)·dilation + 1 + output_padding; `same` gives W' = W·stride and takes
/// no output_padding; `full` cuts (K - 1)·dilation elements off at both ends. All tensors have one dtype,
/// which is not bool. Throws ShapeError when the channels of x and w do not match, when C is not divisible by
/// `groups`, and when an extent of the output is below 1; ValueError for a stride, a dilation, a kernel
/// extent or a group count below 1, and for an output_padding that is negative or not below the stride
/// (PyTorch takes one below the dilation, too); DTypeError when the dtypes differ. Source: ONNX
/// ConvTranspose, PyTorch functional.conv_transpose1d.
Tensor conv_transpose1d(const Tensor& x, const Tensor& w, const Tensor& b = {},
                        const ConvTransposeOptions& options = {});
/// Returns the transposed convolution [N,O,H',W'] of images x [N,C,H,W] with w [C,O/groups,K,K]. Otherwise as
/// conv_transpose1d. Source: ONNX ConvTranspose, PyTorch functional.conv_transpose2d.
///
///     Tensor twice_as_large = conv_transpose2d(x, w, b, {.stride = 2, .padding = PaddingMode::same});
Tensor conv_transpose2d(const Tensor& x, const Tensor& w, const Tensor& b = {},
                        const ConvTransposeOptions& options = {});
/// Returns the transposed convolution [N,O,D',H',W'] of volumes x [N,C,D,H,W] with w [C,O/groups,K,K,K].
/// Otherwise as conv_transpose1d. Source: ONNX ConvTranspose, PyTorch functional.conv_transpose3d.
Tensor conv_transpose3d(const Tensor& x, const Tensor& w, const Tensor& b = {},
                        const ConvTransposeOptions& options = {});

}  // namespace luge
