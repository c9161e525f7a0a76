// The points at which expressions are evaluated: a reading, an optimizer's step, a chain grown long.
#include "graph/eval.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "graph/trace.h"
#include "luge/all_or_nothing.h"
#include "runtime/evaluation.h"
#include "runtime/program_cache.h"

namespace luge {
namespace {

Output& output(Edge edge) { return edge.node->outputs[static_cast<std::size_t>(edge.out)]; }

BufferRef leaf_bytes(const Node* node) {  // a scalar's or key's element bytes as a buffer
  const Type& type = node->outputs[0].type;
  auto buffer =
      std::make_shared<Buffer>(static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype));
  std::memcpy(buffer->data(), node->words, buffer->bytes());
  return buffer;
}

Edge end_of_reads(Edge edge) {
  while (edge.node->leaf == Leaf::read && !edge.node->outputs[0].value && !edge.node->inputs.empty())
    edge = edge.node->inputs[0];
  return edge;
}

// Scalars and keys get a buffer of their own when somebody reads them or assigns them to a Variable.
void materialize_leaf(Edge edge) {
  Output& out = output(edge);
  if (!out.value && (edge.node->leaf == Leaf::scalar || edge.node->leaf == Leaf::key))
    out.value = leaf_bytes(edge.node);
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
  if (wanted.empty()) return;
  Evaluation(wanted, nullptr).run();
}

void assign_and_evaluate(std::span<const std::pair<Variable, Tensor>> updates) {
  if (current_trace()) {
    for (const auto& [variable, value] : updates) Variable(variable).assign(value);
    return;
  }
  const std::lock_guard lock(engine_mutex());
  AllOrNothing assigned;
  Tensors held;  // what a scope around this one may put back gives its memory to nobody
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
  for (const Tensor& loss : grad_roots(step.replaced)) {
    if (loss.evaluated()) {
      const bool known = std::any_of(step.done.begin(), step.done.end(),
                                     [&](const Tensor& other) { return other.node() == loss.node(); });
      if (!known) step.done.push_back(loss);
    } else if (output({loss.node(), loss.output()}).handles > 1) {
      wanted.push_back({loss.node(), loss.output()});
    }
  }
  Evaluation(wanted, &step).run();
  forget_grad_roots(step.replaced);
  assigned.keep();
}

namespace {

// Whether a trainable Variable's present reading lies upstream: then the history must stay.
bool history_is_kept(const Tensor& tensor) {
  if (!tensor.node()->requires_grad) return false;
  const Tensor root[] = {tensor};
  const auto nodes =
      topological(root, [](const Node* node) { return node->leaf == Leaf::none && node->cut; });
  return std::any_of(nodes.begin(), nodes.end(),
                     [](const Node* node) { return node->leaf != Leaf::none && node->requires_grad; });
}

}  // namespace

void eval_long_chain(const Tensor& tensor) {
  const std::lock_guard lock(engine_mutex());
  // total += loss, with the step of this loss still to come: the newest links are kept, the ones before are
  // free.
  constexpr int newest_links = 8;
  Tensor chain = tensor;
  std::vector<Node*> links;
  while (history_is_kept(chain)) {
    Node* node = chain.node();
    if (links.size() == newest_links || node->inputs.empty()) return;
    links.push_back(node);
    const auto longest =
        std::max_element(node->inputs.begin(), node->inputs.end(), [](const Edge& a, const Edge& b) {
          return a.node->pending.load(std::memory_order_relaxed) <
                 b.node->pending.load(std::memory_order_relaxed);
        });
    chain = Tensor(longest->node, longest->out);
  }
  const Tensor wanted[] = {chain};
  evaluate(wanted);
  for (std::size_t i = links.size(); i-- > 0;) {
    std::uint32_t pending = 0;
    for (const Edge& edge : links[i]->inputs)
      pending = std::max(pending, edge.node->pending.load(std::memory_order_relaxed));
    links[i]->pending.store(pending + 1, std::memory_order_relaxed);
  }
}

BufferRef public_buffer(const Tensor& tensor) {
  const std::lock_guard lock(engine_mutex());
  const Tensor wanted[] = {tensor};
  evaluate(wanted);
  const Edge edge{tensor.node(), tensor.output()};
  const BufferRef& held = output(edge).value;
  if (held->layout() == public_layout) return held;
  for (const auto& packed : held->packed) {
    if (packed->layout() == public_layout) return packed;
  }
  const Type& type = output(edge).type;
  const Backend& backend = cpu_backend();
  auto copy = std::make_shared<Buffer>(backend.bytes(public_layout, type));
  Status status;
  void* in[] = {held->data()};
  void* out[] = {copy->data()};
  backend.reorder(held->layout(), public_layout, type)->run({in, out, nullptr, &status});
  held->packed.push_back(copy);
  return copy;
}

}  // namespace luge
