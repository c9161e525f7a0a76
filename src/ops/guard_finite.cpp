// guard_finite: passes a value on, but a NaN or an infinity in one of other tensors stops the program before
// any Variable is written.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "graph/op_registry.h"
#include "luge/ops/check.h"
#include "luge/ops/math.h"
#include "ops/attributes/guard_finite.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {
namespace {

double largest_of(const View& view) {
  double largest = 0;
  for_floating(view.type.dtype, [&]<class T>() {
    const T* x = view.as<const T>();
    for (std::int64_t i = 0; i < view.type.shape.elements(); ++i) {
      const double size = std::abs(static_cast<double>(widen(x[i])));
      if (!(size <= largest)) largest = std::isnan(largest) ? largest : size;
    }
  });
  return largest;
}

struct GuardFinite : Op<GuardFinite, GuardFiniteAttributes> {
  static constexpr auto name = "guard_finite";
  static constexpr Traits traits{.can_fail = true};

  Types infer(const Types& in) const {
    check_inputs(name, in, kGuardedFrom, std::numeric_limits<std::size_t>::max());
    check_rank(name, "factor", in[1], 0);
    for (std::size_t k = kGuardedFrom; k < in.size(); ++k) check_float(name, in[k]);
    if (groups < 0 || groups > 2 || (in.size() - kGuardedFrom) % static_cast<std::size_t>(1 + groups) != 0)
      throw ValueError(fmt::format("guard_finite: {} tensors in {} groups", in.size(), 1 + groups));
    return {in[0]};
  }
  void reference(const ReferenceCall& call) const {
    const double factor = factor_counts ? call.in[1].as<const double>()[0] : 0;
    const std::size_t count = guarded(call.in.size());
    GuardErrors errors;
    for (std::size_t k = 0; k < count; ++k) {
      const auto at = [&](std::size_t group) -> const View& {
        return call.in[kGuardedFrom + group * count + k];
      };
      const double most = largest_of(at(0));
      const bool passes = passes_guard(
          *this, most, factor, [&](std::size_t group) { return at(group).type.dtype; },
          [&](std::size_t group) { return largest_of(at(group)); });
      if (!passes) errors.add(static_cast<std::int64_t>(k), most);
    }
    errors.record(*call.status);
    if (!call.out[0].data) return;
    const auto bytes =
        static_cast<std::size_t>(call.in[0].type.shape.elements()) * size_of(call.in[0].type.dtype);
    std::copy_n(static_cast<const std::byte*>(call.in[0].data), bytes,
                static_cast<std::byte*>(call.out[0].data));
  }
  Tensors gradient(const GradientCall& c) const {
    Tensors gradients(c.in.size());
    gradients[0] = c.g[0];
    return gradients;
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const {
    std::size_t start = 0;
    for (std::int64_t k = 0; k < error.position && start < labels.size(); ++k)
      start = std::min(labels.find('\n', start), labels.size() - 1) + 1;
    const std::string label = labels.substr(start, labels.find('\n', start) - start);
    const double value = error.value.real();
    const std::string others = error.limit > 1 ? fmt::format(" ({} tensors were refused)", error.limit) : "";
    if (!std::isfinite(value))
      throw NonFiniteError(fmt::format("{} is {}; expected finite numbers{}", label, value, others));
    throw NonFiniteError(fmt::format(
        "{} is as large as {:.3g}, and a step along it at this rate leads to numbers that are not finite{}",
        label, value, others));
  }
};
const Registered<GuardFinite> registered_guard_finite;

}  // namespace

namespace {

Tensor guard(const Tensor& x, const Tensors& guarded, const std::vector<std::string>& labels,
             const Tensor& factor, GuardFiniteAttributes attributes, const Tensors& more) {
  if (labels.size() != guarded.size()) {
    throw ValueError(fmt::format("guard_finite: {} labels for {} tensors", labels.size(), guarded.size()));
  }
  attributes.factor_counts = factor.defined();
  for (std::string label : labels) {
    std::replace(label.begin(), label.end(), '\n', ' ');
    attributes.labels += (attributes.labels.empty() ? "" : "\n") + label;
  }
  Tensors inputs = {x, factor.defined() ? cast(factor, f64) : scalar(0.0, f64)};
  inputs.insert(inputs.end(), guarded.begin(), guarded.end());
  inputs.insert(inputs.end(), more.begin(), more.end());
  return make_node(op_ref<GuardFinite>(std::move(attributes)), inputs)[0];
}

}  // namespace

Tensor guard_finite(const Tensor& x, const Tensors& guarded, const std::vector<std::string>& labels,
                    const Tensor& factor) {
  return guard(x, guarded, labels, factor, {}, {});
}

Tensor guard_step(const Tensor& x, const Tensors& gradients, const std::vector<std::string>& labels,
                  const StepToGuard& step) {
  if (step.values.size() != gradients.size() ||
      (!step.sums.empty() && step.sums.size() != gradients.size())) {
    throw ValueError(fmt::format("guard_step: {} gradients, {} values and {} sums; expected one of each",
                                 gradients.size(), step.values.size(), step.sums.size()));
  }
  Tensors more = step.values;
  more.insert(more.end(), step.sums.begin(), step.sums.end());
  const std::int64_t groups = gradients.empty() ? 0 : step.sums.empty() ? 1 : 2;
  return guard(
      x, gradients, labels, step.rate,
      {.labels = "", .factor_counts = true, .limit = step.limit, .groups = groups, .times = step.times},
      more);
}

}  // namespace luge
