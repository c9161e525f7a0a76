// step: 1 where x ≥ 0, else 0: the activation of the perceptron (Rosenblatt 1958). A loop and not a
// decomposition, whose gradient would silently be 0.
#include <cmath>

#include "graph/op_registry.h"
#include "luge/ops/squashing.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {
namespace {

struct Step : Op<Step> {
  static constexpr auto name = "step";
  static constexpr Traits traits{.narrowing = Narrowing::follows};
  static constexpr auto no_gradient = "its slope is 0, and infinite at 0";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    return {in[0]};
  }
  void reference(const ReferenceCall& call) const {
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      const T* x = call.in[0].as<const T>();
      T* y = call.out[0].as<T>();
      for (std::int64_t i = 0, count = call.in[0].type.shape.elements(); i < count; ++i) {
        const double value = widen(x[i]);
        y[i] = std::isnan(value) ? x[i] : narrow<T>(value >= 0 ? 1 : 0);
      }
    });
  }
};
const Registered<Step> registered_step;

}  // namespace

Tensor step(const Tensor& x) { return make<Step>({}, x); }

}  // namespace luge
