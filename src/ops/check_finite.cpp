// check_finite: x itself, but a NaN or an infinity in it stops the program before any Variable is written.
#include <fmt/format.h>

#include <cmath>

#include "graph/op_registry.h"
#include "luge/ops/check.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {
namespace {

struct CheckFiniteAttributes {
  std::string label;
  static void fields(auto& self, auto&& field) { field("label", self.label); }
};

struct CheckFinite : Op<CheckFinite, CheckFiniteAttributes> {
  static constexpr auto name = "check_finite";
  static constexpr Traits traits{.can_fail = true};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    return {in[0]};
  }
  void reference(const ReferenceCall& call) const {
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      const std::int64_t count = call.in[0].type.shape.elements();
      const T* x = call.in[0].as<const T>();
      T* y = call.out[0].as<T>();
      for (std::int64_t i = 0; i < count; ++i) {
        if (const double value = widen(x[i]); !std::isfinite(value)) call.status->record({i, value, 0});
        if (y) y[i] = x[i];
      }
    });
  }
  Tensors gradient(const GradientCall& c) const { return {c.g[0]}; }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const {
    throw NonFiniteError(fmt::format("{} is {} (element {}); expected a finite number",
                                     label.empty() ? "a value" : label, error.value.to_string(),
                                     error.position));
  }
};
const Registered<CheckFinite> registered_check_finite;

}  // namespace

Tensor check_finite(const Tensor& x, std::string label) {
  return make<CheckFinite>({.label = std::move(label)}, x);
}

}  // namespace luge
