#include "ops/control/loops.h"

#include <fmt/format.h>

#include "graph/trace.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {

Type type_of(const Tensor& tensor) { return {tensor.dtype(), tensor.shape()}; }

std::vector<Type> types_of(const Tensors& tensors) {
  std::vector<Type> types;
  for (const Tensor& tensor : tensors) types.push_back(type_of(tensor));
  return types;
}

Type slice_type(const Type& sequence) { return {sequence.dtype, sequence.shape.without(0)}; }

Type stacked_type(const Type& slice, std::int64_t trips) {
  return {slice.dtype, slice.shape.inserted(0, trips)};
}

Type carried(std::string_view op, std::string_view what, const Type& before, const Type& after) {
  if (before.dtype != after.dtype) {
    throw DTypeError(fmt::format("{}: {} is {} before a trip and {} after it; expected one dtype. Cast it",
                                 op, what, before.to_string(), after.to_string()));
  }
  bool same = before.shape.rank() == after.shape.rank();
  for (int axis = 0; same && axis < before.shape.rank(); ++axis) {
    const std::int64_t a = before.shape[axis], b = after.shape[axis];
    same = a == b || a == unknown || b == unknown;
  }
  if (!same) {
    throw ShapeError(fmt::format("{}: {} is {} before a trip and {} after it; expected one shape", op, what,
                                 before.to_string(), after.to_string()));
  }
  return {before.dtype, merged(before.shape, after.shape)};
}

RecordedStep record_step(std::string_view op, const std::vector<Type>& states,
                         const std::vector<Type>& slices,
                         const std::function<Tensors(const Tensors&)>& step) {
  std::vector<Type> types = states;
  types.insert(types.end(), slices.begin(), slices.end());
  RecordedStep result{record_body(op, "step", types, step), false};
  const RecordedBody& plain = result.recorded;
  if (plain.keys == 0) return result;
  // The same ops on keys of their trip: the trip is one state more, after the others.
  const std::size_t before = states.size(), after = slices.size();
  types.insert(types.begin() + static_cast<std::ptrdiff_t>(before), Type{i64, Shape{}});
  const std::size_t own = types.size();
  for (const Tensor& captured : plain.captured) types.push_back(type_of(captured));
  for (std::size_t k = 0; k < plain.keys; ++k) types.push_back({i64, Shape{2}});
  RecordedBody keyed = record_body(op, "step", types, [&](const Tensors& in) {
    const Tensor& trip = in[before];
    Tensors given(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(before));
    for (std::size_t k = 0; k < after + plain.captured.size(); ++k) given.push_back(in[before + 1 + k]);
    for (std::size_t k = 0; k < plain.keys; ++k)
      given.push_back(trip_key(in[own + plain.captured.size() + k], trip));
    Tensors out = replay(plain.body, given);
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(before), trip + 1);
    return out;
  });
  keyed.captured = plain.captured;
  keyed.keys = plain.keys;
  return {std::move(keyed), true};
}

Tensors taken_from_outside(const RecordedBody& recorded) {
  Tensors taken = recorded.captured;
  for (std::size_t k = 0; k < recorded.keys; ++k) taken.push_back(next_key());
  return taken;
}

}  // namespace luge
