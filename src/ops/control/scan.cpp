// scan: a function of states and slices, once for each position of axis 0 of its sequences. The gradient is a
// scan that runs the other way.
#include "ops/control/scan.h"

#include <fmt/format.h>

#include "graph/op_registry.h"
#include "luge/ops/control.h"
#include "ops/checks.h"
#include "ops/control/loops.h"

namespace luge {
namespace {

struct Scan : Op<Scan, ScanAttributes> {
  static constexpr auto name = "scan";
  static constexpr Traits traits{.can_fail = true, .cost = 1000};

  // Where the parts of its inputs begin.
  std::size_t first_state() const { return counted ? 1 : 0; }
  std::size_t first_sequence() const { return first_state() + static_cast<std::size_t>(states); }
  std::size_t first_captured() const { return first_sequence() + static_cast<std::size_t>(sequences); }

  Types infer(const Types& in) const {
    const Body& body = step.body();
    if (states < 0 || sequences < 0 || states > 100'000 || sequences > 100'000 || length < -1 ||
        length > kMostTrips)
      throw ValueError(
          fmt::format("{}: {} states, {} sequences, length {}", name, states, sequences, length));
    if (body.inputs + first_state() != in.size() || first_captured() > in.size() ||
        body.outputs.size() < static_cast<std::size_t>(states))
      throw ValueError(fmt::format("{}: {} inputs do not match its step", name, in.size()));
    if (counted && !(in[0] == Type{i64, Shape{}}))
      throw ShapeError(fmt::format("{}: the number of trips is {}; expected i64[]", name, in[0].to_string()));
    if (body.outputs.empty())
      throw ValueError(fmt::format("{}: got no states, and the step gives no outputs", name));
    const std::int64_t trips = number_of_trips(in);
    std::vector<Type> types;
    for (std::size_t k = first_state(); k < in.size(); ++k) {
      const bool sliced = k >= first_sequence() && k < first_captured();
      types.push_back(sliced ? slice_type(in[k]) : in[k]);
    }
    const Types given = luge::infer(body, types);
    const auto count = static_cast<std::size_t>(states);
    Types out;
    for (std::size_t k = 0; k < count; ++k)
      out.push_back(carried(name, fmt::format("state {}", k), in[first_state() + k], given[k]));
    for (std::size_t k = count; k < given.size(); ++k) out.push_back(stacked_type(given[k], trips));
    for (std::size_t k = 0; k < count; ++k) out.push_back(stacked_type(out[k], trips));
    return out;
  }

  Tensors gradient(const GradientCall& c) const {
    const auto count = static_cast<std::size_t>(states);
    const std::size_t outputs = c.out.size() - 2 * count;
    const auto part = [](const auto& all, std::size_t from, std::size_t to) {
      return std::decay_t<decltype(all)>(all.begin() + static_cast<std::ptrdiff_t>(from),
                                         all.begin() + static_cast<std::ptrdiff_t>(to));
    };
    const Loop loop{step.body(),
                    part(c.in, first_state(), first_sequence()),
                    part(c.in, first_sequence(), first_captured()),
                    part(c.in, first_captured(), c.in.size()),
                    part(c.out, count + outputs, c.out.size()),
                    counted ? c.in[0] : Tensor(),
                    length,
                    reverse};
    const LoopSlopes slopes = differentiate(
        loop,
        {part(c.g, 0, count), part(c.g, count, count + outputs), part(c.g, count + outputs, c.g.size())},
        part(c.needs, first_sequence(), first_captured()), part(c.needs, first_captured(), c.in.size()));
    Tensors result;
    if (counted) result.emplace_back();
    for (const Tensors* group : {&slopes.states, &slopes.sequences, &slopes.captured})
      result.insert(result.end(), group->begin(), group->end());
    return result;
  }

 private:
  std::int64_t number_of_trips(const Types& in) const {
    std::int64_t trips = length;
    for (std::size_t k = first_sequence(); k < first_captured(); ++k) {
      const std::size_t number = k - first_sequence();
      if (in[k].shape.rank() == 0) {
        throw ShapeError(fmt::format("{}: sequence {} is {}; expected an axis 0 to run over", name, number,
                                     in[k].to_string()));
      }
      const std::int64_t extent = in[k].shape[0];
      if (trips >= 0 && extent >= 0 && trips != extent) {
        throw ShapeError(fmt::format("{}: sequence {} is {}; expected extent {} of axis 0, as {}", name,
                                     number, in[k].to_string(), trips,
                                     length >= 0 ? "length says" : "the sequences before it have"));
      }
      trips = known_of(trips, extent);
    }
    if (sequences == 0 && length < 0)
      throw ValueError(fmt::format("{}: got neither sequences nor a length; give {{.length = n}}", name));
    return trips;
  }
};
const Registered<Scan> registered_scan;

}  // namespace

Tensors make_scan(ScanAttributes attributes, const Tensors& inputs) {
  return make_node(op_ref<Scan>(std::move(attributes)), inputs);
}

Scanned scan(const std::function<ScanTrip(const Tensors&, const Tensors&)>& step,
             const Tensors& initial_states, const Tensors& sequences, const ScanOptions& options) {
  const auto need = [](const Tensors& tensors, std::string_view what) {
    for (std::size_t k = 0; k < tensors.size(); ++k) {
      if (!tensors[k].defined()) throw StateError(fmt::format("scan: {} {} is an empty tensor", what, k));
    }
  };
  need(initial_states, "state");
  need(sequences, "sequence");
  if (sequences.empty() && options.length < 0) {
    throw ValueError(
        fmt::format("scan: got no sequences and length {}; expected the number of trips, as in "
                    "{{.length = 10}}",
                    options.length));
  }
  if (options.length < -1 || options.length > kMostTrips)
    throw ValueError(fmt::format("scan: length is {}; expected 0 to {}, or -1", options.length, kMostTrips));
  std::vector<Type> slices;
  for (const Tensor& sequence : sequences) {
    if (sequence.rank() == 0) {
      throw ShapeError(fmt::format("scan: sequence {} is {}; expected an axis 0 to run over", slices.size(),
                                   type_of(sequence).to_string()));
    }
    slices.push_back(slice_type(type_of(sequence)));
  }
  const std::size_t states = initial_states.size();
  const RecordedStep step_once =
      record_step("scan", types_of(initial_states), slices, [&](const Tensors& in) {
        const auto middle = in.begin() + static_cast<std::ptrdiff_t>(states);
        ScanTrip trip = step(Tensors(in.begin(), middle), Tensors(middle, in.end()));
        if (trip.states.size() != states) {
          throw ValueError(
              fmt::format("scan: the step gave {} states; expected {}, one for each initial state",
                          trip.states.size(), states));
        }
        Tensors all = std::move(trip.states);
        all.insert(all.end(), trip.outputs.begin(), trip.outputs.end());
        return all;
      });
  ScanAttributes attributes;
  attributes.step = BodyField(step_once.recorded.body);
  attributes.states = static_cast<std::int64_t>(states + (step_once.counts_trips ? 1 : 0));
  attributes.sequences = static_cast<std::int64_t>(sequences.size());
  attributes.length = options.length;
  attributes.reverse = options.reverse;
  Tensors inputs = initial_states;
  if (step_once.counts_trips) inputs.push_back(scalar(0, i64));
  inputs.insert(inputs.end(), sequences.begin(), sequences.end());
  const Tensors taken = taken_from_outside(step_once.recorded);
  inputs.insert(inputs.end(), taken.begin(), taken.end());
  const auto carried_states = static_cast<std::size_t>(attributes.states);
  const Tensors out = make_scan(std::move(attributes), inputs);
  const auto at = [&](std::size_t k) { return out.begin() + static_cast<std::ptrdiff_t>(k); };
  return {Tensors(at(0), at(states)), Tensors(at(carried_states), at(out.size() - carried_states))};
}

}  // namespace luge
