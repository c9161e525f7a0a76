// The gradient of a loop: a scan that runs the other way. It carries the gradients of the states and sums
// those of what the step captured. Each trip computes the step again from the states before it, so that only
// these are kept.
#include <algorithm>

#include "graph/expand.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/attributes/control.h"
#include "ops/control/loops.h"
#include "ops/control/scan.h"

namespace luge {
namespace {

class LoopDifferentiator {
 public:
  LoopDifferentiator(const Loop& loop, const LoopGradients& gradients,
                     const std::vector<bool>& needs_sequences, const std::vector<bool>& needs_captured)
      : loop_(loop), g_(gradients) {
    const auto floating = [](const Tensor& tensor) { return is_floating(tensor.dtype()); };
    for (std::size_t k = 0; k < loop.states.size(); ++k) {
      if (floating(loop.states[k])) states_.push_back(k);
    }
    for (std::size_t k = 0; k < loop.sequences.size(); ++k) {
      if (needs_sequences[k]) sequences_.push_back(k);
    }
    for (std::size_t k = 0; k < loop.captured.size(); ++k) {
      if (needs_captured[k]) captured_.push_back(k);
    }
  }

  LoopSlopes run() {
    add_arguments();
    RecordedBody back =
        record_body("gradient of a loop", "step", types_, [this](const Tensors& in) { return step(in); });
    if (back.keys != 0) throw GraphError("the gradient of a function in a loop draws random numbers");
    LoopSlopes slopes{Tensors(loop_.states.size()), Tensors(loop_.sequences.size()),
                      Tensors(loop_.captured.size())};
    if (back.body.outputs.empty()) return slopes;  // nothing arrives anywhere
    replace_typed(back.body);
    const Tensors out = add_scan(std::move(back));
    std::size_t next = 0;
    for (const std::size_t k : states_) slopes.states[k] = out[next++];
    for (const std::size_t k : captured_) slopes.captured[k] = cast(out[next++], loop_.captured[k].dtype());
    for (const std::size_t k : arriving_) slopes.sequences[k] = out[next++];
    return slopes;
  }

 private:
  // Where the arguments of the step begin: carried gradients and sums, slices, captured values.
  struct Layout {
    std::size_t states, sums, before, sequences, g_outputs, g_before, captured, end;
  };

  void add(const Tensor& value) {
    values_.push_back(value);
    types_.push_back(type_of(value));
  }
  void add_sequence(const Tensor& value) {
    values_.push_back(value);
    types_.push_back(slice_type(type_of(value)));
  }

  void add_arguments() {
    for (const std::size_t k : states_) {
      const Tensor& given = g_.states[k];
      add(given.defined() ? given : zeros_like(loop_.states[k]));
    }
    at_.sums = types_.size();
    // Sums of many trips are not made in 16 bits.
    for (const std::size_t k : captured_) {
      const Tensor& value = loop_.captured[k];
      add(zeros_like(cast(value, accumulator(value.dtype()))));
    }
    at_.before = types_.size();
    for (const Tensor& before : loop_.before) add_sequence(before);
    at_.sequences = types_.size();
    for (const Tensor& sequence : loop_.sequences) add_sequence(sequence);
    at_.g_outputs = types_.size();
    for (const Tensor& given : g_.outputs) {
      if (given.defined()) add_sequence(given);
    }
    at_.g_before = types_.size();
    for (const std::size_t k : states_) {
      if (g_.before[k].defined()) add_sequence(g_.before[k]);
    }
    at_.captured = types_.size();
    for (const Tensor& value : loop_.captured) add(value);
    at_.end = types_.size();
  }

  static Tensors part(const Tensors& all, std::size_t from, std::size_t to) {
    return {all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(to)};
  }

  Tensors step(const Tensors& in) {
    Tensors given = part(in, at_.before, at_.g_outputs);
    for (const Tensor& value : part(in, at_.captured, at_.end)) given.push_back(value);
    const Tensors roots = replay(loop_.step, given);
    Tensors seeds(roots.size());
    for (std::size_t k = 0; k < states_.size(); ++k) seeds[states_[k]] = in[k];
    std::size_t next = at_.g_outputs;
    for (std::size_t k = 0; k < g_.outputs.size(); ++k) {
      if (g_.outputs[k].defined()) seeds[loop_.states.size() + k] = in[next++];
    }
    Tensors leaves;
    for (const std::size_t k : states_) leaves.push_back(in[at_.before + k]);
    for (const std::size_t k : captured_) leaves.push_back(in[at_.captured + k]);
    for (const std::size_t k : sequences_) leaves.push_back(in[at_.sequences + k]);
    const Tensors slopes = backward_to_leaves(roots, seeds, leaves);

    Tensors out;
    next = at_.g_before;
    for (std::size_t k = 0; k < states_.size(); ++k) {
      Tensor slope = slopes[k];
      if (g_.before[states_[k]].defined()) slope = slope.defined() ? slope + in[next] : in[next], ++next;
      out.push_back(slope.defined() ? slope : zeros_like(in[k]));
    }
    for (std::size_t k = 0; k < captured_.size(); ++k) {
      const Tensor &sum = in[at_.sums + k], &slope = slopes[states_.size() + k];
      out.push_back(slope.defined() ? sum + cast(slope, sum.dtype()) : sum);
    }
    for (std::size_t k = 0; k < sequences_.size(); ++k) {
      const Tensor& slope = slopes[states_.size() + captured_.size() + k];
      if (!slope.defined()) continue;
      out.push_back(slope);
      arriving_.push_back(sequences_[k]);
    }
    return out;
  }

  // States and captured values of which only the type matters need not be kept: their gradients have it too.
  void replace_typed(Body& body) const {
    std::vector<int> instead(body.inputs, -1);
    for (std::size_t k = 0; k < states_.size(); ++k) instead[at_.before + states_[k]] = static_cast<int>(k);
    for (std::size_t k = 0; k < captured_.size(); ++k) {
      if (types_[at_.sums + k] == types_[at_.captured + captured_[k]])
        instead[at_.captured + captured_[k]] = static_cast<int>(at_.sums + k);
    }
    replace_typed_inputs(body, instead);
  }

  Tensors add_scan(RecordedBody back) {
    std::vector<bool> kept = inputs_used(back.body);
    std::fill_n(kept.begin(), at_.before, true);
    const auto first = kept.begin() + static_cast<std::ptrdiff_t>(at_.before);
    const auto last = kept.begin() + static_cast<std::ptrdiff_t>(at_.captured);
    // One sequence tells the number of trips.
    if (loop_.length < 0 && std::find(first, last, true) == last)
      kept[loop_.sequences.empty() ? at_.before : at_.sequences] = true;
    ScanAttributes attributes;
    attributes.states = static_cast<std::int64_t>(at_.before);
    attributes.sequences = std::count(first, last, true);
    attributes.length = loop_.length;
    attributes.reverse = !loop_.reverse;
    attributes.counted = loop_.count.defined();
    attributes.step = BodyField(with_inputs(back.body, kept));
    Tensors inputs;
    if (attributes.counted) inputs.push_back(loop_.count);
    for (std::size_t k = 0; k < values_.size(); ++k) {
      if (kept[k]) inputs.push_back(values_[k]);
    }
    for (std::size_t k = 0; k < back.captured.size(); ++k) {
      if (kept[values_.size() + k]) inputs.push_back(back.captured[k]);
    }
    return make_scan(std::move(attributes), inputs);
  }

  const Loop& loop_;
  const LoopGradients& g_;
  std::vector<std::size_t> states_, sequences_, captured_;  // those that a gradient is taken of
  std::vector<std::size_t> arriving_;                       // sequences that a gradient reaches
  Tensors values_;                                          // what the scan is given
  std::vector<Type> types_;                                 // of the step's arguments
  Layout at_{};
};

}  // namespace

LoopSlopes differentiate(const Loop& loop, const LoopGradients& gradients,
                         const std::vector<bool>& needs_sequences, const std::vector<bool>& needs_captured) {
  return LoopDifferentiator(loop, gradients, needs_sequences, needs_captured).run();
}

}  // namespace luge
