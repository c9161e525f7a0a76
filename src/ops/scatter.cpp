// scatter: x with updates written to, or combined with, elements whose index along one axis is given.
#include "ops/scatter.h"

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/gather.h"
#include "ops/positions.h"
#include "ops/wide.h"

namespace luge {

void check_scattered(std::string_view op, const Type& x, const Type& updates, ScatterReduction reduction) {
  if (reduction != ScatterReduction::none) check_number(op, x);
  check_same_dtype(op, x, updates);
}

namespace {

// Whether each update is the last one of its element.
Tensor is_last(const Tensor& x, const Tensor& updates, const ScatterAt& at) {
  const Tensor number = reshape_like(positions(flatten(updates), 0), updates);
  const Tensor last = at.write(cast(zeros_like(x), i64), number, ScatterReduction::none);
  return equal(at.read(last), number);
}

// The product of an element and its other updates: of the factors that are not 0, over the own one.
Tensor other_factors(const Tensor& x, const Tensor& updates, const ScatterAt& at) {
  const Tensor zero = equal(updates, 0), factors = where(zero, 1, updates);
  const Tensor zeros = cast(zero, x.dtype());
  const Tensor all_zeros = at.read(at.write(zeros_like(x), zeros, ScatterReduction::add));
  const Tensor products = at.read(at.write(x, factors, ScatterReduction::mul)) / factors;
  return where(equal(all_zeros, zeros), products, 0);
}

}  // namespace

Tensors scatter_gradient(const GradientCall& c, ScatterReduction reduction, const ScatterAt& at) {
  const Tensor &x = c.in[0], &updates = c.in[2], &g = c.g[0];
  Tensor to_x, to_updates;
  switch (reduction) {
    case ScatterReduction::none:
      if (c.needs[0]) to_x = at.write(g, zeros_like(updates), reduction);
      if (c.needs[2]) to_updates = where(is_last(x, updates, at), at.read(g), 0);
      break;
    case ScatterReduction::add:
      to_x = g;
      if (c.needs[2]) to_updates = at.read(g);
      break;
    case ScatterReduction::mul:
      if (c.needs[0]) to_x = g * at.write(ones_like(x), updates, reduction);
      if (c.needs[2]) to_updates = at.read(g) * other_factors(x, updates, at);
      break;
    case ScatterReduction::max:
    case ScatterReduction::min: {
      // From x again, for the reason that gradient_of_extremes states.
      const Tensor extreme = at.write(x, updates, reduction);
      const DType wide = accumulator(x.dtype());
      const Tensor stayed = cast(equal(x, extreme), wide),
                   came = cast(equal(updates, at.read(extreme)), wide);
      const Tensor sharing = at.write(stayed, came, ScatterReduction::add);
      const Tensor share = cast(to_accumulator(g) / maximum(sharing, 1), x.dtype());  // NaN equals nothing
      if (c.needs[0]) to_x = share * cast(stayed, x.dtype());
      if (c.needs[2]) to_updates = at.read(share) * cast(came, x.dtype());
    }
  }
  return {to_x, Tensor(), to_updates};
}

namespace {

struct ScatterAttributes {
  std::int64_t axis = 0;
  ScatterReduction reduction = ScatterReduction::none;
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis);
    field("reduction", self.reduction);
  }
};

struct Scatter : Op<Scatter, ScatterAttributes> {  // inputs: x, indices, updates
  static constexpr auto name = "scatter";
  static constexpr Traits traits{.can_fail = true};

  Types infer(const Types& in) const {
    check_inputs(name, in, 3);
    check_scattered(name, in[0], in[2], reduction);
    check_gather(name, in[0], in[1], axis);
    check_same_shape(name, "indices", in[1], "updates", in[2]);
    return {in[0]};
  }
  Tensors gradient(const GradientCall& c) const {
    const int along = static_cast<int>(axis);
    return scatter_gradient(c, reduction,
                            {[&](const Tensor& x) { return gather(x, c.in[1], along); },
                             [&](const Tensor& x, const Tensor& updates, ScatterReduction how) {
                               return scatter(x, c.in[1], updates, along, how);
                             }});
  }
  void reference(const ReferenceCall& call) const {
    scatter_loop(call, reduction, 1, [&](const auto& visit) {
      each_index(call.in[0], call.in[1], static_cast<int>(axis), call.status, visit);
    });
  }
};
const Registered<Scatter> registered_scatter;

}  // namespace

Tensor scatter(const Tensor& x, const Tensor& indices, const Tensor& updates, int axis,
               ScatterReduction reduction) {
  if (reduction == ScatterReduction::add) return scatter_add(x, indices, updates, axis);
  const int along = check_axis(Scatter::name, axis, x.rank());
  if (reduction != ScatterReduction::mul) return make<Scatter>({along, reduction}, x, indices, updates);
  check_scattered(Scatter::name, {x.dtype(), x.shape()}, {updates.dtype(), updates.shape()}, reduction);
  return in_accumulator(x, [&](const Tensor& wide) {  // each product is rounded once
    return make<Scatter>({along, reduction}, wide, indices, to_accumulator(updates));
  });
}

}  // namespace luge
