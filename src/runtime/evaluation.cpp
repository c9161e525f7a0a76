#include "runtime/evaluation.h"

#include <algorithm>

#include "graph/trace.h"
#include "runtime/program_cache.h"
#include "runtime/variable_slots.h"

namespace luge {
namespace {

Output& output(Edge edge) { return edge.node->outputs[static_cast<std::size_t>(edge.out)]; }

// By identity of the owner: no lock, which would count up and down.
bool same_slot(const Node& a, const Node& b) {
  return !a.slot.owner_before(b.slot) && !b.slot.owner_before(a.slot);
}

bool is_trainable_read(const Node* node) { return node->leaf == Leaf::read && node->requires_grad; }

}  // namespace

Evaluation::Retained::~Retained() {
  for (Node* node : nodes) release(node);
}

Evaluation::Evaluation(std::span<const Edge> wanted, const StepGraph* step) : step_(step) {
  subgraph_->find(wanted, Subgraph::Ends::values);
  if (step_) {
    for (const Tensor& loss : step_->done) falling_->let_go(loss.node());
  }
  for (const Edge& edge : wanted) request(edge);
  find_states();
  find_kept();
  find_needed_by_kept();
  find_held();
}

void Evaluation::request(Edge edge) {
  edge = subgraph_->resolve(edge);
  // A root that is in memory needs no Program, but for a scalar or key that a slot was assigned.
  if (output(edge).value) return;
  subgraph_->add_root(edge);
}

void Evaluation::find_states() {
  for (const PendingRead& read : subgraph_->pending_reads) {
    int replaced = -1;
    const auto& leaves = subgraph_->leaves;
    for (std::size_t k = 0; k < leaves.size() && replaced < 0; ++k) {
      if (leaves[k].node->leaf == Leaf::read && same_slot(*leaves[k].node, *read.read))
        replaced = static_cast<int>(k);
    }
    if (!output(read.source).value)
      assigned_.push_back({read.read, replaced, subgraph_->add_root(read.source, replaced)});
  }
}

// Of a node in memory. All that its history led to may have been released since it was evaluated: then it
// goes as well, or a sum that is read at every step would trail a longer history each time.
bool Evaluation::history_counts(Node* node) {
  if (!node->requires_grad || node->cut) return false;
  if (node->leaf != Leaf::none) return true;
  const bool counts = std::any_of(node->inputs.begin(), node->inputs.end(), [](const Edge& input) {
    return is_trainable_read(input.node) ||
           (input.node->leaf != Leaf::read && input.node->requires_grad && !input.node->cut);
  });
  const bool in_memory = std::all_of(node->outputs.begin(), node->outputs.end(),
                                     [](const Output& out) { return out.value != nullptr; });
  if (counts || !in_memory) return true;
  spent_.push_back(node);
  return false;
}

// A node is kept uncut while something upstream may ask for gradients.
void Evaluation::find_kept() {
  const auto& nodes = subgraph_->nodes;
  kept_.assign(nodes.size(), false);
  if (step_) return;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!nodes[i]->requires_grad) continue;
    for (const Edge& input : nodes[i]->inputs) {
      const Edge source = subgraph_->resolve(input);
      const int at = subgraph_->number(source.node);
      if (is_trainable_read(input.node) ||
          (at >= 0 ? kept_[static_cast<std::size_t>(at)] : history_counts(source.node))) {
        kept_[i] = true;
        break;
      }
    }
  }
}

// The gradient of a kept node may read any of its inputs. Those that are released leave their values.
void Evaluation::find_needed_by_kept() {
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    if (!kept_[i]) continue;
    const Node* node = subgraph_->nodes[i];
    for (std::size_t k = 0; k < node->inputs.size(); ++k) {
      if (node->op->traits().is_type_only(k)) continue;
      const Edge source = subgraph_->resolve(node->inputs[k]);
      const int at = subgraph_->number(source.node);
      if (at >= 0 && !kept_[static_cast<std::size_t>(at)]) request(source);
    }
  }
}

void Evaluation::find_held() {
  const auto& nodes = subgraph_->nodes;
  std::vector<std::uint32_t> inner(nodes.size(), 0);
  const auto count = [&](const Edge& edge) {
    const int at = subgraph_->number(edge.node);
    if (at >= 0) ++inner[static_cast<std::size_t>(at)];
  };
  for (const Node* node : nodes) {
    for (const Edge& edge : node->inputs) count(edge);
  }
  for (const PendingRead& read : subgraph_->pending_reads) {
    if (!read.read->inputs.empty()) count(read.read->inputs[0]);
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Node* node = nodes[i];
    std::uint32_t handles = 0;
    for (const Output& out : node->outputs) handles += out.handles.load(std::memory_order_relaxed);
    // A reference from outside (total = total + loss, with loss itself released by its owner) needs the value
    // once the node is cut; which output it means is not known, so all of them are kept.
    const bool outside = !kept_[i] && falling_->left(node) > handles + inner[i];
    for (std::size_t k = 0; k < node->outputs.size(); ++k) {
      if (node->outputs[k].handles.load(std::memory_order_relaxed) > 0 || outside)
        request({node, static_cast<int>(k)});
    }
  }
}

void Evaluation::run() {
  retain_all();
  // With all in memory, reads may still not know it.
  if (subgraph_->roots.empty()) return settle_reads();
  run(*program_for(*subgraph_));
  settle_reads();
  let_go();
}

void Evaluation::run(const Program& program) {
  StateBinding binding(program);
  for (const Edge& leaf : subgraph_->leaves) binding.bind(leaf);
  for (std::size_t r = 0; r < subgraph_->roots.size(); ++r)
    binding.deliver(static_cast<int>(r), output(subgraph_->roots[r].edge).value);
  if (step_) count_falling_references();
  VariableSlots slots(assigned_.size());
  for (const Assigned& each : assigned_) {
    slots.add_assigned(step_ ? donor(each.leaf) : nullptr, each.read);
    binding.replace(each.leaf, each.root);
  }
  binding.run(slots);
}

void Evaluation::retain_all() {
  std::vector<Node*>& nodes = retained_.nodes;
  nodes.reserve(subgraph_->nodes.size() + subgraph_->roots.size() + 2 * subgraph_->pending_reads.size() +
                spent_.size());
  const auto keep_alive = [&](Node* node) {
    retain(node);
    nodes.push_back(node);
  };
  for (Node* node : subgraph_->nodes) keep_alive(node);
  for (Node* node : spent_) keep_alive(node);
  for (const Root& root : subgraph_->roots) keep_alive(root.edge.node);
  for (const PendingRead& read : subgraph_->pending_reads) {
    keep_alive(read.read);
    keep_alive(read.source.node);
  }
}

void Evaluation::count_falling_references() {
  for (const Node* node : subgraph_->nodes) falling_->let_go(node);
  for (const PendingRead& read : subgraph_->pending_reads) falling_->let_go(read.read);
}

// The replaced version whose buffer the Program may overwrite: one that only the graph of this step and the
// step itself hold.
Node* Evaluation::donor(int leaf) const {
  if (leaf < 0) return nullptr;
  Node* node = subgraph_->leaves[static_cast<std::size_t>(leaf)].node;
  const auto own = std::count(step_->replaced.begin(), step_->replaced.end(), node);
  return falling_->left(node) == static_cast<std::uint32_t>(own) ? node : nullptr;
}

// Reads of what was in memory already, or has become so.
void Evaluation::settle_reads() {
  for (const PendingRead& read : subgraph_->pending_reads) {
    const BufferRef& value = output(read.source).value;
    if (!read.read->outputs[0].value && value) settle(read.read, value);
  }
}

void Evaluation::let_go() {
  const std::vector<Node*>& nodes = subgraph_->nodes;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i]->pending.store(0, std::memory_order_relaxed);
    if (!kept_[i]) cut(nodes[i]);
  }
  for (Node* node : spent_) cut(node);
  if (!step_) return;
  for (const Tensor& loss : step_->done) cut(loss.node());
}

}  // namespace luge
