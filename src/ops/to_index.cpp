// to_index: numbers as i64, for use as ids and labels. A number that is not whole stops the program, where a
// cast would make another id of it.
#include <fmt/format.h>

#include "core/whole.h"
#include "graph/op_registry.h"
#include "luge/ops/compare.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {
namespace {

struct ToIndexAttributes {
  std::string label;
  static void fields(auto& self, auto&& field) { field("label", self.label); }
};

struct ToIndex : Op<ToIndex, ToIndexAttributes> {
  static constexpr auto name = "to_index";
  static constexpr Traits traits{.can_fail = true};
  static constexpr auto no_gradient = "its result is integer";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    return {Type{DType::i64, in[0].shape}};
  }
  void reference(const ReferenceCall& call) const {
    auto* y = call.out[0].as<std::int64_t>();
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      const T* x = call.in[0].as<const T>();
      for (std::int64_t i = 0, count = call.in[0].type.shape.elements(); i < count; ++i) {
        const std::optional<std::int64_t> whole = as_whole(x[i]);
        if (!whole) call.status->record({i, exactly(x[i]), 0});
        y[i] = whole.value_or(0);
      }
    });
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const {
    throw IndexError(fmt::format("{} {} at position {} is not a whole number",
                                 label.empty() ? "to_index: number" : label, error.value.to_string(),
                                 error.position));
  }
};
const Registered<ToIndex> registered_to_index;

}  // namespace

Tensor to_index(const Tensor& x, std::string label) {
  return is_floating(x.dtype()) ? make<ToIndex>({std::move(label)}, x) : cast(x, i64);
}

Tensor is_label(const Tensor& labels, std::int64_t label) {
  if (!is_floating(labels.dtype())) return equal(cast(labels, i64), label);
  const auto nearest = static_cast<double>(label);
  // A label that a double cannot hold exactly equals no floating number.
  return as_whole(nearest) == label ? equal(cast(labels, f64), nearest) : zeros_like(isnan(labels));
}

Tensor squeeze_labels(const Tensor& target, const Tensor& scores, int axis) {
  if (target.rank() != scores.rank() || target.rank() == 0) return target;
  const bool labels = target.extent(axis) == 1 && scores.extent(axis) != 1;
  return labels ? squeeze(target, axis) : target;
}

}  // namespace luge
