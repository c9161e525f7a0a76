// class_targets: the distribution that a label means: 1 at its class (less with label smoothing),
// all 0 for an ignored label; class_shares makes it of labels alone. A label that is not a class stops the
// program.
#include <fmt/format.h>

#include "luge/ops/class_losses.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "ops/checks.h"
#include "ops/cross_entropy.h"

namespace luge {
namespace {

struct ClassTargetsAttributes : CrossEntropyAttributes {
  std::string loss = "softmax_cross_entropy";  // that errors name
  static void fields(auto& self, auto&& field) {
    CrossEntropyAttributes::fields(self, field);
    field("loss", self.loss);
  }
};

struct ClassTargets : Op<ClassTargets, ClassTargetsAttributes> {
  static constexpr auto name = "class_targets";
  static constexpr Traits traits{.type_only = 1u << 1, .can_fail = true};
  static constexpr auto no_gradient = "labels are not continuous";

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    if (!holds_labels(name, *this, in[1], in[0])) {
      throw ShapeError(
          fmt::format("{}: {} holds no labels for {}", name, in[0].to_string(), in[1].to_string()));
    }
    return {in[1]};
  }
  void reference(const ReferenceCall& call) const {
    const Samples samples(call.out[0].type.shape, axis);
    for_floating(call.out[0].type.dtype, [&]<class T>() {
      TargetReader<T> target(*this, samples, call.in[0], true, call.status);
      for (std::int64_t s = 0; s < samples.count; ++s) {
        T* to = call.out[0].as<T>() + samples.begin(s);
        const bool counts = target.seek(s);
        for (std::int64_t c = 0; c < samples.classes; ++c) {
          to[c * samples.step] = narrow<T>(counts ? target.at(c) : 0.0);
        }
      }
    });
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const { fail_label(error, loss); }
};
const Registered<ClassTargets> registered_class_targets;

}  // namespace

void fail_label(const KernelError& error, std::string_view loss) {
  throw IndexError(
      fmt::format("{}: label {} of sample {} is not a class; expected a whole number from 0 to {} ({} "
                  "classes)",
                  loss, error.value.to_string(), error.position, error.limit - 1, error.limit));
}

bool holds_labels(std::string_view op, const CrossEntropyAttributes& a, const Type& logits,
                  const Type& target) {
  check_float(op, logits);
  check_axis(op, a.axis, logits.shape.rank());
  const Type samples{logits.dtype, logits.shape.without(static_cast<int>(a.axis))};
  if (target.shape.rank() == samples.shape.rank()) {
    check_number(op, target);
    check_same_shape(op, "labels", target, "logits without their class axis", samples);
    return true;
  }
  check_same_dtype(op, logits, target);
  check_same_shape(op, "logits", logits, "target probabilities", target);
  return false;
}

Tensor target_distribution(const CrossEntropyAttributes& a, const Tensor& target, const Tensor& logits,
                           std::string_view loss) {
  if (target.rank() < logits.rank()) return make<ClassTargets>({a, std::string(loss)}, target, logits);
  if (a.label_smoothing == 0) return target;
  const Tensor classes = count(logits, static_cast<int>(a.axis), logits.dtype());
  return target * (1 - a.label_smoothing) + a.label_smoothing / classes;
}

Tensor class_shares(const Tensor& labels, const Tensor& scores, std::int64_t axis, std::string loss) {
  const CrossEntropyAttributes attributes{.axis = check_axis(loss, axis, scores.rank()),
                                          .ignore_index = CrossEntropyAttributes::kNone};
  return make<ClassTargets>({attributes, std::move(loss)}, labels, scores);
}

}  // namespace luge
