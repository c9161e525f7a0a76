#include "runtime/eval.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "graph/evaluator.h"
#include "graph/trace.h"
#include "luge/all_or_nothing.h"
#include "runtime/evaluation.h"
#include "runtime/layout_copies.h"

namespace luge {
namespace {

Output& output(Edge edge) { return edge.node->outputs[static_cast<std::size_t>(edge.out)]; }

Edge end_of_reads(Edge edge) {
  while (edge.node->leaf == Leaf::read && !edge.node->outputs[0].value && !edge.node->inputs.empty())
    edge = edge.node->inputs[0];
  return edge;
}

// Scalars and keys get a buffer of their own when they are read or assigned to a Variable.
void materialize_leaf(Edge edge) {
  Output& out = output(edge);
  if (out.value || (edge.node->leaf != Leaf::scalar && edge.node->leaf != Leaf::key)) return;
  auto buffer =
      std::make_shared<Buffer>(static_cast<std::size_t>(out.type.shape.elements()) * size_of(out.type.dtype));
  std::memcpy(buffer->data(), edge.node->words, buffer->bytes());
  out.value = std::move(buffer);
}

// The losses whose gradients these versions had are evaluated with their step, if they may be read
// afterwards, or released with it, if they have been evaluated.
void add_losses(StepGraph& step, std::vector<Edge>& wanted) {
  for (const Tensor& loss : grad_roots(step.replaced)) {
    if (loss.evaluated()) {
      const bool known = std::any_of(step.done.begin(), step.done.end(),
                                     [&](const Tensor& other) { return other.node() == loss.node(); });
      if (!known) step.done.push_back(loss);
    } else if (output({loss.node(), loss.output()}).handles > 1) {
      wanted.push_back({loss.node(), loss.output()});
    }
  }
}

}  // namespace

void evaluate(std::span<const Tensor> tensors) {
  const std::lock_guard lock(engine_mutex());
  std::vector<Edge> wanted;
  for (const Tensor& tensor : tensors) {
    if (!tensor.defined())
      throw StateError("eval: an empty tensor (default-constructed or moved from) has no value");
    const Edge edge{tensor.node(), tensor.output()};
    materialize_leaf(end_of_reads(edge));
    if (!output(edge).value) wanted.push_back(edge);
  }
  if (!wanted.empty()) Evaluation(wanted, nullptr).run();
}

void assign_and_evaluate(std::span<const std::pair<Variable, Tensor>> updates) {
  if (current_trace()) {
    for (const auto& [variable, value] : updates) Variable(variable).assign(value);
    return;
  }
  const std::lock_guard lock(engine_mutex());
  AllOrNothing assigned;
  Tensors held;  // what a scope around this one may put back does not give its memory away
  std::vector<Edge> wanted;
  StepGraph step;
  for (const auto& [variable, value] : updates) {
    materialize_leaf(end_of_reads({value.node(), value.output()}));
    const Tensor& before = variable.slot()->current;
    if (assigned.is_inner()) held.push_back(before);
    step.replaced.push_back(before.node());
    Variable(variable).assign(value);
    wanted.push_back({variable.slot()->current.node(), 0});
  }
  add_losses(step, wanted);
  Evaluation(wanted, &step).run();
  forget_grad_roots(step.replaced);
  assigned.keep();
}

BufferRef public_buffer(const Tensor& tensor) {
  const std::lock_guard lock(engine_mutex());
  const Tensor wanted[] = {tensor};
  evaluate(wanted);
  const Output& out = output({tensor.node(), tensor.output()});
  return in_layout(out.value, public_layout, out.type, cpu_backend(), true);
}

namespace {

class RuntimeEvaluator final : public Evaluator {
  void evaluate(std::span<const Tensor> tensors) const override { luge::evaluate(tensors); }
  BufferRef read(const Tensor& tensor) const override { return public_buffer(tensor); }
  void shorten_chain(const Tensor& end) const override { luge::shorten_chain(end); }
};

[[maybe_unused]] const bool installed = [] {
  static const RuntimeEvaluator& instance = *new RuntimeEvaluator;  // static destructors may evaluate
  set_evaluator(instance);
  return true;
}();

}  // namespace

}  // namespace luge
