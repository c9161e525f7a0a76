// guard_finite: passes a value on, but a NaN or an infinity in one of other tensors stops the program before
// any Variable is written.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "graph/op.h"
#include "luge/ops/check.h"
#include "luge/ops/math.h"
#include "ops/attributes/guard_finite.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {
namespace {

struct GuardFinite : Op<GuardFinite, GuardFiniteAttributes> {
  static constexpr auto name = "guard_finite";
  static constexpr Traits traits{.can_fail = true};

  Types infer(const Types& in) const {
    check_inputs(name, in, kGuardedFrom, std::numeric_limits<std::size_t>::max());
    check_rank(name, "factor", in[1], 0);
    for (std::size_t k = kGuardedFrom; k < in.size(); ++k) check_float(name, in[k]);
    return {in[0]};
  }
  void reference(const ReferenceCall& call) const {
    const double factor = call.in[1].as<const double>()[0];
    for (std::size_t k = kGuardedFrom; k < call.in.size(); ++k) {
      const Type& type = call.in[k].type;
      double largest = 0;
      for_floating(type.dtype, [&]<class T>() {
        const T* x = call.in[k].as<const T>();
        for (std::int64_t i = 0; i < type.shape.elements(); ++i) {
          const double size = std::abs(static_cast<double>(widen(x[i])));
          if (!(size <= largest)) largest = std::isnan(largest) ? largest : size;
        }
      });
      if (!passes_guard(type.dtype, largest, factor_counts ? factor : 0))
        call.status->record({static_cast<std::int64_t>(k - kGuardedFrom), largest, 0});
    }
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
  [[noreturn]] void fail(const Offence& offence, std::string_view) const {
    std::size_t start = 0;
    for (std::int64_t k = 0; k < offence.position && start < labels.size(); ++k)
      start = std::min(labels.find('\n', start), labels.size() - 1) + 1;
    const std::string label = labels.substr(start, labels.find('\n', start) - start);
    const double value = offence.value.real();
    if (!std::isfinite(value))
      throw NonFiniteError(fmt::format("{} is {}; expected finite numbers", label, value));
    throw NonFiniteError(
        fmt::format("{} is as large as {:.3g}, and a step along it is not finite", label, value));
  }
};
const Registered<GuardFinite> registered;

}  // namespace

Tensor guard_finite(const Tensor& x, const Tensors& guarded, const std::vector<std::string>& labels,
                    const Tensor& factor) {
  if (labels.size() != guarded.size()) {
    throw ValueError(fmt::format("guard_finite: {} labels for {} tensors", labels.size(), guarded.size()));
  }
  GuardFiniteAttributes attributes{.labels = "", .factor_counts = factor.defined()};
  for (std::string label : labels) {
    std::replace(label.begin(), label.end(), '\n', ' ');
    attributes.labels += (attributes.labels.empty() ? "" : "\n") + label;
  }
  Tensors inputs = {x, factor.defined() ? cast(factor, f64) : scalar(0.0, f64)};
  inputs.insert(inputs.end(), guarded.begin(), guarded.end());
  return make_node(op_ref<GuardFinite>(std::move(attributes)), inputs)[0];
}

}  // namespace luge
