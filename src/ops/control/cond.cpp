// cond: one of two functions, chosen by a bool; the other one does not run. The gradient is a cond of their
// gradients.
#include <fmt/format.h>

#include <algorithm>

#include "graph/op_registry.h"
#include "graph/trace.h"
#include "luge/ops/control.h"
#include "luge/ops/shape.h"
#include "ops/attributes/control.h"
#include "ops/checks.h"
#include "ops/control/loops.h"

namespace luge {
namespace {

void check_predicate(std::string_view op, const Type& type) {
  const auto text = [&] {
    return fmt::format("{}: the predicate is {}; expected a bool of rank 0", op, type.to_string());
  };
  if (type.dtype != DType::boolean) throw DTypeError(text());
  if (type.shape.rank() != 0) throw ShapeError(text());
}

// Both functions on the same inputs: what either captured.
struct BranchPair {
  Body then, otherwise;
  Tensors captured;
};

// The function on inputs of which its own are these.
Body renumbered(const Body& body, const std::vector<int>& own, std::size_t inputs) {
  Body wide = body;
  wide.inputs = inputs;
  const auto move = [&](Body::Value& value) {
    value.entry = body.is_input(value)
                      ? own[static_cast<std::size_t>(value.entry)]
                      : value.entry + static_cast<int>(inputs) - static_cast<int>(body.inputs);
  };
  for (auto& step : wide.steps) {
    if (auto* call = std::get_if<Body::Call>(&step))
      std::for_each(call->inputs.begin(), call->inputs.end(), move);
  }
  std::for_each(wide.outputs.begin(), wide.outputs.end(), move);
  return wide;
}

BranchPair on_the_same_inputs(RecordedBody a, RecordedBody b, std::size_t arguments) {
  const Tensors of_a = taken_from_outside(a), of_b = taken_from_outside(b);
  BranchPair pair;
  pair.captured = of_a;
  std::vector<int> own_a, own_b;
  for (std::size_t k = 0; k < arguments; ++k)
    own_a.push_back(static_cast<int>(k)), own_b.push_back(static_cast<int>(k));
  for (std::size_t k = 0; k < of_a.size(); ++k) own_a.push_back(static_cast<int>(arguments + k));
  for (const Tensor& each : of_b) {
    const auto known = std::find_if(pair.captured.begin(), pair.captured.end(), [&](const Tensor& other) {
      return other.node() == each.node() && other.output() == each.output();
    });
    own_b.push_back(static_cast<int>(arguments) + static_cast<int>(known - pair.captured.begin()));
    if (known == pair.captured.end()) pair.captured.push_back(each);
  }
  const std::size_t inputs = arguments + pair.captured.size();
  pair.then = renumbered(a.body, own_a, inputs);
  pair.otherwise = renumbered(b.body, own_b, inputs);
  return pair;
}

struct Cond : Op<Cond, CondAttributes> {
  static constexpr auto name = "cond";
  static constexpr Traits traits{.can_fail = true, .cost = 1000};

  Types infer(const Types& in) const {
    const Body &a = then.body(), &b = otherwise.body();
    if (in.empty() || a.inputs + 1 != in.size() || b.inputs + 1 != in.size())
      throw ValueError(fmt::format("{}: {} inputs do not match its functions", name, in.size()));
    check_predicate(name, in[0]);
    if (a.outputs.size() != b.outputs.size()) {
      throw ValueError(fmt::format("{}: then gives {} outputs and otherwise {}; expected the same number",
                                   name, a.outputs.size(), b.outputs.size()));
    }
    if (a.outputs.empty()) throw ValueError(fmt::format("{}: the functions give no outputs", name));
    const auto own = std::span(in).subspan(1);
    const Types of_a = luge::infer(a, own), of_b = luge::infer(b, own);
    Types out;
    for (std::size_t k = 0; k < of_a.size(); ++k) out.push_back(one_type(k, of_a[k], of_b[k]));
    return out;
  }

  Tensors gradient(const GradientCall& c) const {
    std::vector<Type> types = types_of(Tensors(c.in.begin() + 1, c.in.end()));
    Tensors inputs(c.in.begin() + 1, c.in.end());
    for (const Tensor& g : c.g) {
      if (!g.defined()) continue;
      types.push_back(type_of(g));
      inputs.push_back(g);
    }
    const auto slopes_of = [&](const Body& body) {
      return record_body("gradient of cond", "function", types,
                         [&](const Tensors& in) { return slopes(body, c, in); });
    };
    BranchPair pair = on_the_same_inputs(slopes_of(then.body()), slopes_of(otherwise.body()), types.size());
    inputs.insert(inputs.end(), pair.captured.begin(), pair.captured.end());
    std::vector<bool> kept = inputs_used(pair.then), used = inputs_used(pair.otherwise);
    for (std::size_t k = 0; k < kept.size(); ++k) kept[k] = kept[k] || used[k];
    CondAttributes attributes{BodyField(with_inputs(pair.then, kept)),
                              BodyField(with_inputs(pair.otherwise, kept))};
    Tensors given = {c.in[0]};
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      if (kept[k]) given.push_back(inputs[k]);
    }
    const Tensors out = make_node(op_ref<Cond>(std::move(attributes)), given);
    Tensors result(c.in.size());
    std::size_t next = 0;
    for (std::size_t k = 1; k < c.in.size(); ++k) {
      if (c.needs[k]) result[k] = out[next++];
    }
    return result;
  }

 private:
  static Type one_type(std::size_t output, const Type& a, const Type& b) {
    const auto text = [&](std::string_view what) {
      return fmt::format("{}: output {} is {} in then and {} in otherwise; expected one {}", name, output,
                         a.to_string(), b.to_string(), what);
    };
    if (a.dtype != b.dtype) throw DTypeError(text("dtype. Cast one"));
    bool same = a.shape.rank() == b.shape.rank();
    for (int axis = 0; same && axis < a.shape.rank(); ++axis)
      same = a.shape[axis] == b.shape[axis] || a.shape[axis] == unknown || b.shape[axis] == unknown;
    if (!same) throw ShapeError(text("shape"));
    return {a.dtype, merged(a.shape, b.shape)};
  }

  // The gradients that one of the functions gives for the inputs that need one.
  static Tensors slopes(const Body& body, const GradientCall& c, const Tensors& in) {
    const std::size_t own = c.in.size() - 1;
    const Tensors given(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(own));
    const Tensors roots = replay(body, given);
    Tensors seeds(roots.size()), leaves;
    std::size_t next = own;
    for (std::size_t k = 0; k < roots.size(); ++k) {
      if (c.g[k].defined()) seeds[k] = in[next++];
    }
    for (std::size_t k = 0; k < own; ++k) {
      if (c.needs[k + 1]) leaves.push_back(given[k]);
    }
    Tensors slopes = backward_to_leaves(roots, seeds, leaves);
    for (std::size_t k = 0; k < slopes.size(); ++k) {
      if (!slopes[k].defined()) slopes[k] = zeros_like(leaves[k]);
    }
    return slopes;
  }
};
const Registered<Cond> registered_cond;

}  // namespace

Tensors cond(const Tensor& predicate, const std::function<Tensors(const Tensors&)>& then,
             const std::function<Tensors(const Tensors&)>& otherwise, const Tensors& operands) {
  if (!predicate.defined()) throw StateError("cond: the predicate is an empty tensor");
  for (std::size_t k = 0; k < operands.size(); ++k) {
    if (!operands[k].defined()) throw StateError(fmt::format("cond: operand {} is an empty tensor", k));
  }
  check_predicate("cond", type_of(predicate));
  const std::vector<Type> types = types_of(operands);
  const auto record = [&](std::string_view what, const auto& function) {
    return record_body("cond", what, types, function);
  };
  RecordedBody a = record("then", then);
  RecordedBody b = record("otherwise", otherwise);
  BranchPair pair = on_the_same_inputs(std::move(a), std::move(b), operands.size());
  Tensors inputs = {predicate};
  inputs.insert(inputs.end(), operands.begin(), operands.end());
  inputs.insert(inputs.end(), pair.captured.begin(), pair.captured.end());
  return make_node(op_ref<Cond>({BodyField(std::move(pair.then)), BodyField(std::move(pair.otherwise))}),
                   inputs);
}

}  // namespace luge
