// batch_norm_relu: batch normalization, the sum with another image and relu as one step, and its gradient
// without the sum, where relu's mask is computed again from x.
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/normalization.h"
#include "luge/ops/shape.h"
#include "ops/batch_norm.h"
#include "ops/checks.h"

namespace luge {
namespace {

Tensor rectified(const Tensor& x, double slope) { return slope == 0 ? relu(x) : leaky_relu(x, slope); }

struct BatchNormRelu : Op<BatchNormRelu, BatchNormReluAttributes> {
  static constexpr auto name = "batch_norm_relu";
  static constexpr Traits traits{.narrowing = Narrowing::rounds};
  static constexpr auto no_gradient = "made by the compiler, after differentiation";

  Types infer(const Types& in) const {
    check_inputs(name, in, 3, 4);
    const Type channels = check_channels(name, in[0], std::span(in).subspan(1, 2));
    if (in.size() == 4) check_same_shape(name, "input", in[0], "image to add", in[3]);
    return {in[0], statistics_type(channels), statistics_type(channels)};
  }
  Tensors decompose(const Tensors& in) const {
    const auto [y, mean, variance] = batch_norm(in[0], in[1], in[2], epsilon);
    return {rectified(in.size() == 4 ? y + in[3] : y, slope), mean, variance};
  }
};

struct BatchNormReluBackward : Op<BatchNormReluBackward, BatchNormReluAttributes> {
  static constexpr auto name = "batch_norm_relu_backward";
  static constexpr Traits traits{.narrowing = Narrowing::rounds};
  static constexpr auto no_gradient = "made by the compiler, after differentiation";

  Types infer(const Types& in) const {
    check_inputs(name, in, 6);
    check_same_dtype(name, in[0], in[1]);
    check_same_shape(name, "output gradient", in[0], "input", in[1]);
    const Type channels = check_channels(name, in[1], std::span(in).subspan(2, 2));
    check_statistics(name, in[1], std::span(in).subspan(4));
    return {in[1], channels, channels};
  }
  Tensors decompose(const Tensors& in) const {
    const Tensor &dy = in[0], &x = in[1];
    const Tensor y = batch_norm_inference(x, in[2], in[3], in[4], in[5], epsilon);
    const Tensor g = where(greater(y, 0), dy, slope == 0 ? zeros_like(dy) : dy * slope);
    return make_batch_norm_backward({epsilon}, g, x, in[2], in[4], in[5]);
  }
};

}  // namespace

OpRef batch_norm_relu(const BatchNormReluAttributes& a) { return op_ref<BatchNormRelu>(a); }
OpRef batch_norm_relu_backward(const BatchNormReluAttributes& a) { return op_ref<BatchNormReluBackward>(a); }

}  // namespace luge
