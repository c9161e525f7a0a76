// softmax_cross_entropy_backward: the gradient of the logits, (softmax(logits)·Σt - t)·g.
#include <cmath>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/cross_entropy.h"
#include "ops/wide.h"

namespace luge {
namespace {

struct SoftmaxCrossEntropyBackward : Op<SoftmaxCrossEntropyBackward, CrossEntropyAttributes> {
  static constexpr auto name = "softmax_cross_entropy_backward";
  static constexpr Traits traits{.can_fail = true, .cost = 10};

  Types infer(const Types& in) const {  // logits, target, log_sum, g
    check_inputs(name, in, 4);
    holds_labels(name, *this, in[0], in[1]);
    check_same_dtype(name, in[0], in[3]);
    check_same_shape(name, "log-sum", in[2], "output gradient", in[3]);
    return {in[0]};
  }
  Tensors decompose(const Tensors& in) const {
    const Parts p(*this, in);
    return {where(p.counts, (p.softmax * p.total - p.t) * p.g, 0)};
  }
  void reference(const ReferenceCall& call) const {
    const Samples samples(call.in[0].type.shape, axis);
    const bool labels = call.in[1].type.shape.rank() < call.in[0].type.shape.rank();
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      TargetReader<T> target(*this, samples, call.in[1], labels, call.status);
      for (std::int64_t s = 0; s < samples.count; ++s) {
        const T* x = call.in[0].as<const T>() + samples.begin(s);
        T* dx = call.out[0].as<T>() + samples.begin(s);
        const double log_sum = static_cast<double>(call.in[2].as<const Accumulator<T>>()[s]),
                     g = widen(call.in[3].as<const T>()[s]);
        const bool counts = target.seek(s);
        double total = 0;
        for (std::int64_t c = 0; counts && c < samples.classes; ++c) total += target.at(c);
        for (std::int64_t c = 0; c < samples.classes; ++c) {
          const std::int64_t k = c * samples.step;
          dx[k] = narrow<T>(counts ? (std::exp(widen(x[k]) - log_sum) * total - target.at(c)) * g : 0.0);
        }
      }
    });
  }
  Tensors gradient(const GradientCall& c) const {
    Tensors wide = c.in;
    for (const std::size_t k : {0, 3}) wide[k] = to_accumulator(wide[k]);
    if (wide[1].rank() == wide[0].rank()) wide[1] = to_accumulator(wide[1]);
    const Parts p(*this, wide);
    const int along = static_cast<int>(axis);
    const Tensor seed = to_accumulator(c.g[0]);
    Tensors result(4);
    const Tensor slope = where(p.counts, seed * p.softmax * p.total * p.g, 0);
    if (c.needs[0]) result[0] = slope;
    if (c.needs[1] && c.in[1].rank() == c.in[0].rank()) {
      result[1] = (1 - label_smoothing) * p.g * (sum(seed * p.softmax, along, keep_dims) - seed);
    }
    if (c.needs[2]) result[2] = -sum(slope, along);
    if (c.needs[3]) result[3] = sum(where(p.counts, seed * (p.softmax * p.total - p.t), 0), along);
    for (std::size_t k = 0; k < result.size(); ++k) {
      if (result[k].defined()) result[k] = cast(result[k], c.in[k].dtype());
    }
    return result;
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const { fail_label(error); }

 private:
  struct Parts {
    Tensor softmax, t, total, g, counts;  // counts: not of an ignored label, whose logits are not looked at
    Parts(const CrossEntropyAttributes& a, const Tensors& in) {
      const int along = static_cast<int>(a.axis);
      softmax = exp(in[0] - unsqueeze(in[2], along));
      t = target_distribution(a, in[1], in[0]);
      total = sum(t, along, keep_dims);
      counts = greater(sum(abs(t), along, keep_dims), 0);
      g = unsqueeze(in[3], along);
    }
  };
};
const Registered<SoftmaxCrossEntropyBackward> registered_softmax_cross_entropy_backward;

}  // namespace

Tensor make_cross_entropy_backward(const CrossEntropyAttributes& a, const Tensor& logits,
                                   const Tensor& target, const Tensor& log_sum, const Tensor& g) {
  return make<SoftmaxCrossEntropyBackward>(a, logits, target, log_sum, g);
}

}  // namespace luge
