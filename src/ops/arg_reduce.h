// What argmax and argmin share: the first element along an axis that no other exceeds; NaN exceeds all.
#pragma once

#include <fmt/format.h>

#include <algorithm>

#include "graph/op_registry.h"
#include "luge/ops/axes.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {

struct ArgAttributes {
  std::int64_t axis = 0;
  bool keep_dims = false;
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis);
    field("keep_dims", self.keep_dims);
  }
};

/// Self gives `static bool beats(W a, W b)`.
template <class Self>
struct ArgReduction : Op<Self, ArgAttributes> {
  static constexpr auto no_gradient = "its result is a position";

  Types infer(const Types& in) const {
    check_inputs(Self::name, in, 1);
    check_number(Self::name, in[0]);
    const int along = check_axis(Self::name, this->axis, in[0].shape.rank());
    const Shape result = this->keep_dims ? in[0].shape.with(along, 1) : in[0].shape.without(along);
    const bool some = std::find(result.begin(), result.end(), 0) == result.end();
    if (some && in[0].shape[along] == 0) {
      throw ShapeError(
          fmt::format("{}: {} has no elements along axis {}", Self::name, in[0].to_string(), along));
    }
    return {Type{DType::i64, result}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& shape = call.in[0].type.shape;
    const int along = check_axis(Self::name, this->axis, shape.rank());
    const std::int64_t length = shape[along], inner = product(Self::name, shape, along + 1, shape.rank());
    for_number(call.in[0].type.dtype, [&]<class T>() {
      const T* x = call.in[0].template as<const T>();
      auto* y = call.out[0].template as<std::int64_t>();
      for (std::int64_t i = 0, lines = call.out[0].type.shape.elements(); i < lines; ++i) {
        const T* line = x + (i / inner) * length * inner + i % inner;
        std::int64_t best = 0;
        auto value = widen(line[0]);
        for (std::int64_t k = 1; k < length; ++k) {
          const auto other = widen(line[k * inner]);
          if (Self::beats(other, value) || (other != other && value == value)) value = other, best = k;
        }
        y[i] = best;
      }
    });
  }
};

}  // namespace luge
