// batch_norm_inference: batch normalization with given statistics (ONNX BatchNormalization): one factor and
// one summand for each channel, which elementwise steps and convolutions can apply.
#include "luge/ops/math.h"
#include "luge/ops/normalization.h"
#include "luge/ops/shape.h"
#include "ops/batch_norm.h"
#include "ops/checks.h"
#include "ops/wide.h"

namespace luge {
namespace {

struct BatchNormInference : Op<BatchNormInference, BatchNormInferenceAttributes> {
  static constexpr auto name = "batch_norm_inference";
  static constexpr Traits traits{.cost = 2, .narrowing = Narrowing::rounds, .role = Role::forward};

  Types infer(const Types& in) const {
    check_inputs(name, in, 5);
    check_channels(name, in[0], std::span(in).subspan(1, 2));
    check_statistics(name, in[0], std::span(in).subspan(3));
    return {in[0]};
  }
  Tensors decompose(const Tensors& in) const {
    const Tensor& x = in[0];
    const Tensor factor = in[1] * rsqrt(in[4] + epsilon);
    return {x * per_channel(factor, x) + per_channel(in[2] - in[3] * factor, x)};
  }
  Tensors gradient(const GradientCall& c) const {
    const Tensor g = to_accumulator(c.g[0]), x = to_accumulator(c.in[0]), scale = to_accumulator(c.in[1]),
                 mean = to_accumulator(c.in[3]), inverse = rsqrt(to_accumulator(c.in[4]) + epsilon);
    Tensors result(5);
    if (c.needs[0]) result[0] = g * per_channel(scale * inverse, x);
    if (c.needs[2] || c.needs[3]) result[2] = channel_sum(g);
    if (c.needs[1] || c.needs[4]) {
      const Tensor slope = channel_sum(g * (x - per_channel(mean, x)));
      result[1] = slope * inverse;
      result[4] = -0.5 * slope * scale * inverse * square(inverse);
    }
    if (c.needs[3]) result[3] = -result[2] * scale * inverse;
    for (std::size_t k = 0; k < result.size(); ++k) {
      if (result[k].defined()) result[k] = cast(result[k], c.in[k].dtype());
    }
    return result;
  }
};
const Registered<BatchNormInference> registered_batch_norm_inference;

}  // namespace

NormalizedWeights normalized_weights(double epsilon, const Tensor& w, const Tensor& b, const Tensor& scale,
                                     const Tensor& shift, const Tensor& mean, const Tensor& variance) {
  const Tensor factor = to_accumulator(scale) * rsqrt(to_accumulator(variance) + epsilon);
  const Tensor distance = b.defined() ? to_accumulator(b) - to_accumulator(mean) : -to_accumulator(mean);
  std::vector<std::int64_t> inner;
  for (int axis = 1; axis < w.rank(); ++axis) inner.push_back(axis);
  return {in_accumulator(w, [&](const Tensor& wide) { return wide * unsqueeze(factor, Axes(inner)); }),
          cast(distance * factor + to_accumulator(shift), w.dtype())};
}

Tensor batch_norm_inference(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& mean,
                            const Tensor& variance, double epsilon) {
  check_epsilon(BatchNormInference::name, epsilon);
  return make<BatchNormInference>({epsilon}, x, scale, shift, mean, variance);
}

}  // namespace luge
