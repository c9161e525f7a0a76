// while_loop: a function of states, as long as a condition of them is true. With a bound its gradient is a
// scan back over the trips that ran.
#include <fmt/format.h>

#include "graph/op_registry.h"
#include "luge/ops/control.h"
#include "ops/attributes/control.h"
#include "ops/checks.h"
#include "ops/control/loops.h"

namespace luge {
namespace {

struct While : Op<While, WhileAttributes> {
  static constexpr auto name = "while_loop";
  static constexpr Traits traits{.can_fail = true, .cost = 1000};

  std::size_t count() const { return static_cast<std::size_t>(states); }
  std::size_t first_of_step() const { return count() + static_cast<std::size_t>(of_condition); }

  Types infer(const Types& in) const {
    if (states < 0 || of_condition < 0 || states > 100'000 || of_condition > 100'000 || max_trips < -1 ||
        max_trips > kMostTrips)
      throw ValueError(fmt::format("{}: {} states, {} inputs of the condition, max_trips {}", name, states,
                                   of_condition, max_trips));
    if (first_of_step() > in.size() || condition.body().inputs != first_of_step() ||
        condition.body().outputs.size() != 1 || step.body().inputs != count() + in.size() - first_of_step() ||
        step.body().outputs.size() != count())
      throw ValueError(fmt::format("{}: {} inputs do not match its functions", name, in.size()));
    const Types goes_on = luge::infer(condition.body(), std::span(in).first(first_of_step()));
    if (goes_on[0].dtype != DType::boolean || goes_on[0].shape.rank() != 0) {
      const auto text = fmt::format(
          "{}: the condition gives {}; expected a bool of rank 0, as less(a, b) of two "
          "rank-0 tensors is",
          name, goes_on[0].to_string());
      if (goes_on[0].dtype != DType::boolean) throw DTypeError(text);
      throw ShapeError(text);
    }
    std::vector<Type> types(in.begin(), in.begin() + states);
    types.insert(types.end(), in.begin() + static_cast<std::ptrdiff_t>(first_of_step()), in.end());
    const Types given = luge::infer(step.body(), types);
    Types out;
    for (std::size_t k = 0; k < count(); ++k)
      out.push_back(carried(name, fmt::format("state {}", k), in[k], given[k]));
    out.push_back({i64, Shape{}});
    for (std::size_t k = 0; k < count() && max_trips >= 0; ++k)
      out.push_back(stacked_type(out[k], max_trips));
    return out;
  }

  Tensors gradient(const GradientCall& c) const {
    if (max_trips < 0) {
      throw GraphError(
          "while_loop has no gradient without a bound of its trips; give {.max_trips = n}, for which memory "
          "is taken, "
          "or use scan when the number of trips is known");
    }
    const auto part = [](const auto& all, std::size_t from, std::size_t to) {
      return std::decay_t<decltype(all)>(all.begin() + static_cast<std::ptrdiff_t>(from),
                                         all.begin() + static_cast<std::ptrdiff_t>(to));
    };
    const Loop loop{step.body(),
                    part(c.in, 0, count()),
                    {},
                    part(c.in, first_of_step(), c.in.size()),
                    part(c.out, count() + 1, c.out.size()),
                    c.out[count()],
                    max_trips,
                    false};
    const LoopSlopes slopes =
        differentiate(loop, {part(c.g, 0, count()), {}, part(c.g, count() + 1, c.g.size())}, {},
                      part(c.needs, first_of_step(), c.in.size()));
    Tensors result = slopes.states;
    result.resize(first_of_step());
    result.insert(result.end(), slopes.captured.begin(), slopes.captured.end());
    return result;
  }
};
const Registered<While> registered_while_loop;

}  // namespace

Tensors while_loop(const std::function<Tensor(const Tensors&)>& condition,
                   const std::function<Tensors(const Tensors&)>& step, const Tensors& initial_states,
                   const WhileOptions& options) {
  for (std::size_t k = 0; k < initial_states.size(); ++k) {
    if (!initial_states[k].defined())
      throw StateError(fmt::format("while_loop: state {} is an empty tensor", k));
  }
  if (initial_states.empty()) throw ValueError("while_loop: got no states; expected one at least");
  if (options.max_trips < -1 || options.max_trips > kMostTrips)
    throw ValueError(
        fmt::format("while_loop: max_trips is {}; expected 0 to {}, or -1", options.max_trips, kMostTrips));
  const std::size_t states = initial_states.size();
  std::vector<Type> types = types_of(initial_states);
  const RecordedStep once = record_step("while_loop", types, {}, [&](const Tensors& in) {
    Tensors next = step(in);
    if (next.size() != states) {
      throw ValueError(
          fmt::format("while_loop: the step gave {} states; expected {}, one for each initial state",
                      next.size(), states));
    }
    return next;
  });
  Tensors inputs = initial_states;
  if (once.counts_trips) {
    inputs.push_back(scalar(0, i64));
    types.push_back({i64, Shape{}});
  }
  const RecordedBody test = record_body("while_loop", "condition", types, [&](const Tensors& in) {
    return Tensors{condition(Tensors(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(states)))};
  });
  if (test.keys != 0) {
    throw GraphError(
        "while_loop: the condition draws random numbers; expected a function of the states. Draw in the step "
        "and keep "
        "what the condition needs in a state");
  }
  WhileAttributes attributes;
  attributes.condition = BodyField(test.body);
  attributes.step = BodyField(once.recorded.body);
  attributes.states = static_cast<std::int64_t>(types.size());
  attributes.of_condition = static_cast<std::int64_t>(test.captured.size());
  attributes.max_trips = options.max_trips;
  inputs.insert(inputs.end(), test.captured.begin(), test.captured.end());
  const Tensors taken = taken_from_outside(once.recorded);
  inputs.insert(inputs.end(), taken.begin(), taken.end());
  Tensors out = make_node(op_ref<While>(std::move(attributes)), inputs);
  out.resize(states);
  return out;
}

}  // namespace luge
