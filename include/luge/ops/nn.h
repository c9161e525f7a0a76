// The functions that networks are made of: convolution, pooling, softmax, dropout and the cross-entropies.
#pragma once

#include <cstdint>
#include <limits>

#include "luge/ops/window.h"
#include "luge/tensor.h"

namespace luge {

struct ConvOptions {
  PerAxis stride = 1;
  PerAxis dilation = 1;
  Padding padding = PaddingMode::valid;
  std::int64_t groups = 1;
};

/// Convolution as networks mean it (cross-correlation): x [N,C,…], w [O,C/groups,…kernel], b [O] or none →
/// [N,O,…]. One dtype. Throws ShapeError when channels do not divide by groups or the window is longer than
/// the padded input, ValueError for a stride, dilation, kernel or group count below 1, DTypeError when dtypes
/// differ. Source: ONNX Conv, PyTorch functional.conv1d/2d/3d.
Tensor conv1d(const Tensor& x, const Tensor& w, const Tensor& b = {}, const ConvOptions& options = {});
Tensor conv2d(const Tensor& x, const Tensor& w, const Tensor& b = {}, const ConvOptions& options = {});
Tensor conv3d(const Tensor& x, const Tensor& w, const Tensor& b = {}, const ConvOptions& options = {});

struct PoolOptions {
  PerAxis kernel = 2;
  PerAxis stride = {};  // the kernel's extents unless told
  PerAxis dilation = 1;
  Padding padding = PaddingMode::valid;
  bool ceil_mode = false;          // keep a last, partial window that begins inside the image
  bool count_include_pad = false;  // averages divide by the whole window even at the border
};

/// The largest element of each window of x [N,C,…]; padding never wins, NaN always does, and of equal
/// elements the first takes the gradient. Throws as convolution does. Source: ONNX MaxPool, PyTorch
/// max_pool1d/2d/3d.
Tensor max_pool1d(const Tensor& x, const PoolOptions& options = {});
Tensor max_pool2d(const Tensor& x, const PoolOptions& options = {});
Tensor max_pool3d(const Tensor& x, const PoolOptions& options = {});

/// The mean of each window of x [N,C,…], floating; padding does not count unless told. Source: ONNX
/// AveragePool (PyTorch counts padding unless told).
Tensor avg_pool1d(const Tensor& x, const PoolOptions& options = {});
Tensor avg_pool2d(const Tensor& x, const PoolOptions& options = {});
Tensor avg_pool3d(const Tensor& x, const PoolOptions& options = {});

/// The mean of each channel of x [N,C,…] over all spatial axes, which stay with extent 1. Floating. Throws
/// ShapeError for fewer than three axes. Source: ONNX GlobalAveragePool.
Tensor global_avg_pool(const Tensor& x);

/// exp(x) over its sum along `axis`: floating, same shape, no overflow. Source: ONNX Softmax.
Tensor softmax(const Tensor& x, std::int64_t axis = -1);
/// log(softmax(x)) without the detour. Source: ONNX LogSoftmax.
Tensor log_softmax(const Tensor& x, std::int64_t axis = -1);
/// log(1 + exp(x)) without overflow; its derivative is sigmoid(x). Floating. Source: ONNX Softplus.
Tensor softplus(const Tensor& x);
/// x where x > 0, else slope·x; the derivative at 0 is slope. Floating. Source: ONNX LeakyRelu.
Tensor leaky_relu(const Tensor& x, double slope = 0.01);
/// x limited to [0, 6]; the derivative at both bounds is 0. Floating. Source: PyTorch relu6.
Tensor relu6(const Tensor& x);

enum class GeluForm : std::uint8_t { exact, tanh };
/// x·Φ(x), Φ the normal distribution: exact by erf, or approximated as
/// x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))). Floating. Source: Hendrycks and Gimpel 2016, ONNX Gelu.
Tensor gelu(const Tensor& x, GeluForm form = GeluForm::exact);

/// No label has this value: nothing is ignored.
inline constexpr std::int64_t no_label = std::numeric_limits<std::int64_t>::min();

struct CrossEntropyOptions {
  std::int64_t axis = -1;                // where the classes lie in the logits
  double label_smoothing = 0;            // t becomes (1-s)·t + s/classes
  std::int64_t ignore_index = no_label;  // samples with this label cost nothing
};

/// -Σ t·log(softmax(logits)) along the class axis, one number for each sample (the shape without that axis).
/// `target` holds labels 0 … classes-1 (the logits' shape without the class axis, integers or whole numbers
/// in a floating tensor) or probabilities (the logits' shape and dtype). While running, a label out of range
/// throws IndexError naming sample, label and class count, on every device. Throws ShapeError, DTypeError,
/// ValueError (smoothing outside [0,1)). Source: PyTorch functional.cross_entropy with reduction none.
Tensor softmax_cross_entropy(const Tensor& logits, const Tensor& target,
                             const CrossEntropyOptions& options = {});

/// -(t·log σ(x) + (1-t)·log(1-σ(x))) element by element, without overflow. One floating dtype, shapes
/// broadcast. Source: PyTorch functional.binary_cross_entropy_with_logits with reduction none.
Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target);
/// The same from probabilities; logarithms are held at -100 or above, and the slope with respect to a
/// probability p is (p - t) / max(p·(1-p), 1e-12), finite everywhere. Source: PyTorch
/// functional.binary_cross_entropy.
Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target);

/// Inverted dropout: each element is zero with probability `rate`, else divided by 1 - rate, so that the
/// expectation stays. Floating. Always active: the layer nn::Dropout asks for the mode. Throws ValueError for
/// a rate outside [0,1]. Source: Srivastava et al. 2014, PyTorch functional.dropout.
Tensor dropout(const Tensor& x, double rate);
/// The same from a scalar tensor that holds the probability to keep, such as a fed placeholder; of x's dtype,
/// or float32 beside 16 bits.
Tensor dropout(const Tensor& x, const Tensor& keep_prob);

}  // namespace luge
