// rotary_embedding: pairs of features turned by an angle that grows with the position (Su et al. 2021).
// sinusoidal_encoding: sine waves of positions (Vaswani et al. 2017).
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "graph/op_registry.h"
#include "luge/ops/math.h"
#include "luge/ops/positional.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/positions.h"

namespace luge {
namespace {

// base^(-2k/features) of each pair, f64 [⌈features/2⌉].
Tensor frequencies(std::int64_t features, double base) {
  std::vector<double> values;
  for (std::int64_t k = 0; 2 * k < features; ++k)
    values.push_back(std::pow(base, -2.0 * static_cast<double>(k) / static_cast<double>(features)));
  const auto count = static_cast<std::int64_t>(values.size());
  return tensor(values, {count});
}

// Positions [...] → angles [...,⌈features/2⌉], f64: large positions need its digits.
Tensor angles(const Tensor& positions, std::int64_t features, double base) {
  return cast(unsqueeze(positions, -1), f64) * frequencies(features, base);
}

void check_base(std::string_view op, double base) {
  if (base > 0 && std::isfinite(base)) return;
  throw ValueError(fmt::format("{}: base is {}; expected a finite number above 0", op, base));
}

struct RotaryAttributes {
  bool interleaved = false;
  double base = 10000;
  std::int64_t offset = 0, features = 0;
  static void fields(auto& self, auto&& field) {
    field("interleaved", self.interleaved);
    field("base", self.base);
    field("offset", self.offset);
    field("features", self.features);
  }
};

struct RotaryEmbedding : Op<RotaryEmbedding, RotaryAttributes> {  // inputs: x and perhaps positions
  static constexpr auto name = "rotary_embedding";
  static constexpr Traits traits{.cost = 10};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1, 2);
    check_float(name, in[0]);
    const Shape& shape = in[0].shape;
    check_rank_between(name, "input", in[0], 2, Shape::max_rank);
    const std::int64_t width = shape[shape.rank() - 1];
    if (const std::int64_t turned = features > 0 ? features : width; turned >= 0) {
      if (turned < 2 || turned % 2 != 0 || (width >= 0 && turned > width) || features < 0) {
        throw ValueError(
            fmt::format("{}: {} features of {} are to be turned; expected an even number from 2 "
                        "to the extent of the last axis",
                        name, features < 0 ? features : turned, in[0].to_string()));
      }
    }
    if (in.size() == 1) return {in[0]};
    check_integer(name, in[1]);
    if (!broadcasts_to(in[1].shape, shape.without(shape.rank() - 1))) {
      throw ShapeError(fmt::format("{}: positions {} do not broadcast to the elements {}", name,
                                   in[1].to_string(), shape.without(shape.rank() - 1).to_string()));
    }
    return {in[0]};
  }

  Tensors decompose(const Tensors& in) const {
    const Tensor& x = in[0];
    const std::int64_t width = x.extent(-1), turned = features > 0 ? features : width;
    if (turned < 0) throw GraphError(fmt::format("{}: the last axis of x must be known", name));
    const Tensor at = in.size() > 1 ? in[1] : luge::positions(x, -2) + offset;
    const Tensor angle = angles(at, turned, base);
    const Tensor c = cast(cos(angle), x.dtype()), s = cast(sin(angle), x.dtype());
    const Tensor own = turned < width ? slice(x, -1, 0, turned) : x;
    const Tensor pairs =
        interleaved ? unflatten(own, -1, {turned / 2, 2}) : unflatten(own, -1, {2, turned / 2});
    const int side = interleaved ? -1 : -2;
    const Tensor a = select(pairs, side, 0), b = select(pairs, side, 1);
    const Tensor turned_pairs = stack({a * c - b * s, b * c + a * s}, side);
    const Tensor result = flatten(turned_pairs, -2, -1);
    return {turned < width ? concat({result, slice(x, -1, turned, width)}, -1) : result};
  }
};
const Registered<RotaryEmbedding> registered_rotary_embedding;

}  // namespace

Tensor rotary_embedding(const Tensor& x, const RotaryOptions& options, const Tensor& positions) {
  check_base(RotaryEmbedding::name, options.base);
  RotaryAttributes attributes{options.interleaved, options.base, options.offset, options.features};
  if (!positions.defined()) return make<RotaryEmbedding>(attributes, x);
  attributes.offset = 0;  // it has no meaning then
  return make<RotaryEmbedding>(attributes, x, positions);
}

Tensor sinusoidal_encoding(const Tensor& positions, std::int64_t width, double base, DType dtype) {
  constexpr std::string_view op = "sinusoidal_encoding";
  check_base(op, base);
  check_number(op, {positions.dtype(), positions.shape()});
  check_float(op, {dtype, {}});
  if (width < 1) throw ValueError(fmt::format("{}: width is {}; expected 1 or more", op, width));
  const Tensor angle = angles(positions, width, base);
  const Tensor waves = flatten(stack({sin(angle), cos(angle)}, -1), -2, -1);
  return cast(width % 2 == 0 ? waves : slice(waves, -1, 0, width), dtype);
}

}  // namespace luge
