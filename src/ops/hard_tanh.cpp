// hard_tanh: x limited to [low, high], with derivative 0 at both bounds (PyTorch functional.hardtanh).
#include <fmt/format.h>

#include "luge/ops/shape.h"
#include "luge/ops/squashing.h"
#include "ops/curve.h"

namespace luge {
namespace {

struct HardTanhAttributes {
  double low = -1, high = 1;
  static void fields(auto& self, auto&& field) {
    field("low", self.low);
    field("high", self.high);
  }
};

struct HardTanh : Curve<HardTanh, HardTanhAttributes> {
  static constexpr auto name = "hard_tanh";
  Tensors decompose(const Tensors& in) const {
    const Tensor& x = in[0];
    const Tensor outside = logical_or(less_equal(x, low), greater_equal(x, high));
    return {minimum(maximum(x, low), high), where(outside, 0, ones_like(x))};
  }
};
const Registered<HardTanh> registered_hard_tanh;

}  // namespace

Tensor hard_tanh(const Tensor& x, double low, double high) {
  if (!(low < high))
    throw ValueError(fmt::format("hard_tanh: the bounds are {} and {}; expected low < high", low, high));
  return make<HardTanh>({low, high}, x);
}

}  // namespace luge
