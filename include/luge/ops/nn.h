// The functions that networks are made of: convolution, pooling, softmax, dropout and the cross-entropies.
#pragma once

#include <cstdint>
#include <limits>

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

/// Returns exp(x) / Σ exp(x), where the sum runs along `axis`. The computation does not overflow. x must be
/// floating. Source: ONNX Softmax.
Tensor softmax(const Tensor& x, std::int64_t axis = -1);
/// Returns log(softmax(x)), more accurate than the two functions one after the other. x must be floating.
/// Source: ONNX LogSoftmax.
Tensor log_softmax(const Tensor& x, std::int64_t axis = -1);
/// Returns log(1 + exp(x)). The computation does not overflow; the derivative is sigmoid(x). x must be
/// floating. Source: ONNX Softplus.
Tensor softplus(const Tensor& x);
/// Returns x where x > 0 and slope·x elsewhere. The derivative at 0 is the slope. x must be floating. Source:
/// ONNX LeakyRelu.
Tensor leaky_relu(const Tensor& x, double slope = 0.01);
/// Returns x limited to [0, 6]. The derivative at both bounds is 0. x must be floating. Source: PyTorch
/// functional.relu6.
Tensor relu6(const Tensor& x);

/// How gelu is computed.
enum class GeluForm : std::uint8_t {
  exact,  ///< by the error function
  tanh    ///< by the approximation x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
};
/// Returns x·Φ(x), where Φ is the distribution function of the normal distribution. x must be floating.
/// Source: Hendrycks and Gimpel 2016, ONNX Gelu.
Tensor gelu(const Tensor& x, GeluForm form = GeluForm::exact);

/// A value that no label has. As an ignore_index it means that no label is ignored.
inline constexpr std::int64_t no_label = std::numeric_limits<std::int64_t>::min();

/// Options of softmax_cross_entropy.
struct CrossEntropyOptions {
  std::int64_t axis = -1;                ///< the class axis of the logits
  double label_smoothing = 0;            ///< s in [0, 1): the target t becomes (1-s)·t + s/classes
  std::int64_t ignore_index = no_label;  ///< samples with this label cost 0
};

/// Returns -Σ t·log(softmax(logits)) for each sample, where the sum runs along the class axis; the result has
/// the shape of the logits without that axis. `target` holds labels 0 … classes-1, in integers or in a
/// floating tensor of whole numbers, with the shape of the logits without the class axis; or it holds
/// probabilities, with the shape and dtype of the logits. A label out of range throws IndexError when the
/// program runs; the text names the sample, the label and the number of classes. Throws ShapeError or
/// DTypeError when the target does not match and ValueError when label_smoothing is outside [0, 1). Source:
/// PyTorch functional.cross_entropy with reduction none.
Tensor softmax_cross_entropy(const Tensor& logits, const Tensor& target,
                             const CrossEntropyOptions& options = {});

/// Returns -(t·log σ(x) + (1-t)·log(1-σ(x))) for each element, where x are the logits and t the target. The
/// computation does not overflow. Both have one floating dtype and broadcast. Source: PyTorch
/// functional.binary_cross_entropy_with_logits with reduction none.
Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target);
/// Returns -(t·log p + (1-t)·log(1-p)) for each element, where p are the probabilities and t the target. A
/// logarithm below -100 counts as -100. The gradient of p is (p - t) / max(p·(1-p), 1e-12), which is always
/// finite. Both have one floating dtype and broadcast. Source: PyTorch functional.binary_cross_entropy with
/// reduction none.
Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target);

/// Returns x with each element set to 0 with probability `rate` and divided by 1 - rate otherwise, so that
/// the expected value stays the same. It always drops elements; the layer nn::Dropout does so only in train
/// mode. x must be floating. Throws ValueError for a rate outside [0, 1]. Source: Srivastava et al. 2014,
/// PyTorch functional.dropout.
Tensor dropout(const Tensor& x, double rate);
/// Returns x with each element kept with probability keep_prob and divided by it, and set to 0 otherwise.
/// keep_prob is a rank-0 tensor, such as a placeholder that is fed; it has the dtype of x, or float32 when x
/// has 16 bits. Source: TensorFlow 1 nn.dropout.
Tensor dropout(const Tensor& x, const Tensor& keep_prob);

}  // namespace luge
