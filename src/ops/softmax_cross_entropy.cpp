// softmax_cross_entropy: -Σ t·log softmax(logits) of each sample. What the backward pass needs besides the
// logits is one number a sample, the logarithm of the sum of their exponentials.
#include <fmt/format.h>

#include <cmath>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/cross_entropy.h"
#include "ops/wide.h"

namespace luge {
namespace {

template <class T>
double log_sum_exp(const Samples& samples, const T* x) {
  double largest = static_cast<double>(widen(x[0]));
  for (std::int64_t c = 1; c < samples.classes; ++c) largest = std::fmax(largest, widen(x[c * samples.step]));
  if (!std::isfinite(largest)) return largest;
  double sum = 0;
  for (std::int64_t c = 0; c < samples.classes; ++c) sum += std::exp(widen(x[c * samples.step]) - largest);
  return largest + std::log(sum);
}

struct SoftmaxCrossEntropy : Op<SoftmaxCrossEntropy, CrossEntropyAttributes> {
  static constexpr auto name = "softmax_cross_entropy";
  static constexpr Traits traits{.can_fail = true, .cost = 20};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    holds_labels(name, *this, in[0], in[1]);
    if (in[0].shape[static_cast<int>(axis)] == 0) {
      throw ShapeError(
          fmt::format("{}: the logits {} have no classes on axis {}", name, in[0].to_string(), axis));
    }
    const Shape samples = in[0].shape.without(static_cast<int>(axis));
    return {Type{in[0].dtype, samples}, Type{accumulator(in[0].dtype), samples}};
  }
  Tensors decompose(const Tensors& in) const {
    const int along = static_cast<int>(axis);
    const Tensor& x = in[0];
    const Tensor largest = stop_gradient(max(x, along, keep_dims));
    const Tensor log_sum = log(sum(exp(x - largest), along, keep_dims)) + largest;
    const Tensor t = target_distribution(*this, in[1], x);
    // A class that the target does not use costs nothing, even if its logit is -infinity or NaN.
    return {sum(where(equal(t, 0), 0, t * (log_sum - x)), along), squeeze(log_sum, along)};
  }
  void reference(const ReferenceCall& call) const {
    const Samples samples(call.in[0].type.shape, axis);
    const bool labels = call.in[1].type.shape.rank() < call.in[0].type.shape.rank();
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      TargetReader<T> target(*this, samples, call.in[1], labels, call.status);
      for (std::int64_t s = 0; s < samples.count; ++s) {
        const T* x = call.in[0].as<const T>() + samples.begin(s);
        const double log_sum = log_sum_exp(samples, x);
        double cost = 0;
        if (target.seek(s)) {
          for (std::int64_t c = 0; c < samples.classes; ++c) {
            if (const double p = target.at(c); p != 0) cost += p * (log_sum - widen(x[c * samples.step]));
          }
        }
        if (call.out[0].data) call.out[0].as<T>()[s] = narrow<T>(cost);
        if (call.out[1].data) call.out[1].as<Accumulator<T>>()[s] = static_cast<Accumulator<T>>(log_sum);
      }
    });
  }
  Tensors gradient(const GradientCall& c) const {
    Tensors result(2);
    const int along = static_cast<int>(axis);
    const Tensor &x = c.in[0], &target = c.in[1], &log_sum = c.out[1], &g = c.g[0];
    if (c.needs[0] && g.defined()) result[0] = make_cross_entropy_backward(*this, x, target, log_sum, g);
    if (c.needs[0] && c.g[1].defined()) {  // of the logarithm, when gradients are differentiated again
      const Tensor part = in_accumulator(x, [&](const Tensor& wide) {
        return exp(wide - unsqueeze(log_sum, along)) * unsqueeze(c.g[1], along);
      });
      result[0] = result[0].defined() ? result[0] + part : part;
    }
    if (c.needs[1] && g.defined() && target.rank() == x.rank()) {  // of given probabilities
      result[1] = in_accumulator(x, [&](const Tensor& wide) {
        return (1 - label_smoothing) * (unsqueeze(log_sum, along) - wide) *
               unsqueeze(to_accumulator(g), along);
      });
    }
    return result;
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const { fail_label(error); }
};
const Registered<SoftmaxCrossEntropy> registered_softmax_cross_entropy;

}  // namespace

Tensor softmax_cross_entropy(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options) {
  if (!(options.label_smoothing >= 0 && options.label_smoothing < 1)) {
    throw ValueError(fmt::format("softmax_cross_entropy: label_smoothing is {}; expected 0 or more, below 1",
                                 options.label_smoothing));
  }
  return make<SoftmaxCrossEntropy>({.axis = check_axis("softmax_cross_entropy", options.axis, logits.rank()),
                                    .label_smoothing = options.label_smoothing,
                                    .ignore_index = options.ignore_index},
                                   logits, target);
}

}  // namespace luge
