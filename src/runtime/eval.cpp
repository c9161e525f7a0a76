// eval: finds what must run, takes its Program from the cache or compiles it, binds, runs, and lets go.
#include "graph/eval.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "graph/trace.h"
#include "runtime/program_cache.h"
#include "runtime/subgraph.h"

namespace luge {
namespace {

Output& output(Edge edge) { return edge.node->outputs[static_cast<std::size_t>(edge.out)]; }

// By identity of the owner: no lock, which would count up and down.
bool same_slot(const Node& a, const Node& b) {
  return !a.slot.owner_before(b.slot) && !b.slot.owner_before(a.slot);
}

/// A Variable on its way to a new value: what it held before, for the case that the step fails.
struct Update {
  std::shared_ptr<Slot> slot;
  Tensor before;
};

class Evaluation {
 public:
  /// `let_go`: graphs are cut whether or not they lead to Variables (an optimizer's step).
  Evaluation(std::span<const Edge> wanted, bool let_go) : let_go_(let_go) {
    subgraph().find(wanted, Subgraph::Ends::values);
    for (const Edge& edge : wanted) request(edge, -1);
    find_states();
    find_kept();
    find_held();
  }

  void run(std::vector<Update>& updates) {
    if (subgraph().roots.empty()) {  // all in memory, but a read may not know it yet
      settle_reads(subgraph().pending_reads);
      return;
    }
    const auto program = program_for(subgraph());
    bind();
    for (const Edge& leaf : subgraph().leaves) leaf_handles_.emplace_back(leaf.node, leaf.out);
    for (const Root& root : subgraph().roots) results_.emplace_back(root.edge.node, root.edge.out);
    std::vector<Node*> computed = subgraph().nodes;
    for (Node* node : computed) retain(node);
    const std::vector<PendingRead> reads = subgraph().pending_reads;
    for (const PendingRead& read : reads) retain(read.read);
    if (let_go_) {
      // A step that fails must leave a value that was still to be computed as it was.
      const bool keeps = std::any_of(updates.begin(), updates.end(),
                                     [](const Update& u) { return !u.before.evaluated(); });
      for (Node* node : computed) keeps ? unhook(node) : cut(node);
      donate(updates);
    }
    try {
      std::vector<BufferRef> values = run_program(*program, bound_);
      for (std::size_t r = 0; r < values.size(); ++r) {
        Output& out = output({results_[r].node(), results_[r].output()});
        if (!out.value) out.value = std::move(values[r]);
      }
    } catch (const std::exception& error) {
      if (let_go_) restore(updates, computed, error.what());
      for (Unhooked& each : unhooked_) {
        each.node->inputs = std::move(each.inputs);
        each.node->cut = false;
      }
      release_all(computed, reads);
      throw;
    }
    for (const Unhooked& each : unhooked_) {
      for (const Edge& edge : each.inputs) release(edge.node);
    }
    settle_reads(reads);
    for (std::size_t i = 0; i < computed.size(); ++i) {
      computed[i]->pending.store(0, std::memory_order_relaxed);
      if (!let_go_ && !kept_[i]) cut(computed[i]);
    }
    release_all(computed, reads);
  }

 private:
  // One per thread: its tables are large and used again.
  static Subgraph& subgraph() {
    thread_local Subgraph instance;
    return instance;
  }

  void request(Edge edge, int replaces) {
    edge = subgraph().resolve(edge);
    // A root that is in memory needs no Program, but for a scalar or key that a slot was assigned.
    if (output(edge).value) return;
    subgraph().add_root(edge, replaces);
  }

  void find_states() {
    for (const PendingRead& read : subgraph().pending_reads) {
      int replaced = -1;
      const auto& leaves = subgraph().leaves;
      for (std::size_t k = 0; k < leaves.size() && replaced < 0; ++k) {
        if (leaves[k].node->leaf == Leaf::read && same_slot(*leaves[k].node, *read.read))
          replaced = static_cast<int>(k);
      }
      if (!output(read.source).value) subgraph().add_root(read.source, replaced);
    }
  }

  // A node is kept uncut while something upstream may ask for gradients.
  void find_kept() {
    const auto& nodes = subgraph().nodes;
    kept_.assign(nodes.size(), false);
    if (let_go_) return;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (!nodes[i]->requires_grad) continue;
      for (const Edge& input : nodes[i]->inputs) {
        const Edge source = subgraph().resolve(input);
        const int at = subgraph().number(source.node);
        const bool trainable_read = input.node->leaf == Leaf::read && input.node->requires_grad;
        if (trainable_read || (at >= 0 ? kept_[static_cast<std::size_t>(at)]
                                       : source.node->requires_grad && !source.node->cut)) {
          kept_[i] = true;
          break;
        }
      }
    }
  }

  void find_held() {
    const auto& nodes = subgraph().nodes;
    std::vector<std::uint32_t> inner(nodes.size(), 0);
    const auto count = [&](const Edge& edge) {
      const int at = subgraph().number(edge.node);
      if (at >= 0) ++inner[static_cast<std::size_t>(at)];
    };
    for (const Node* node : nodes) {
      for (const Edge& edge : node->inputs) count(edge);
    }
    for (const PendingRead& read : subgraph().pending_reads) {
      if (!read.read->inputs.empty()) count(read.read->inputs[0]);
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      Node* node = nodes[i];
      std::uint32_t handles = 0;
      for (const Output& out : node->outputs) handles += out.handles.load(std::memory_order_relaxed);
      // A reference from outside (total = total + loss, with loss itself let go by its owner) needs the value
      // once the node is cut; which output it means is not known, so all of them are kept.
      const bool outside = !kept_[i] && node->refs.load(std::memory_order_relaxed) > handles + inner[i];
      for (std::size_t k = 0; k < node->outputs.size(); ++k) {
        if (node->outputs[k].handles.load(std::memory_order_relaxed) > 0 || outside)
          request({node, static_cast<int>(k)}, -1);
      }
    }
  }

  void bind() {
    bound_.clear();
    for (const Edge& leaf : subgraph().leaves) bound_.push_back(luge::bound(leaf));
  }

  // Cuts, but may be undone.
  void unhook(Node* node) {
    if (node->cut || node->leaf != Leaf::none) return;
    node->cut = true;
    unhooked_.push_back({node, std::move(node->inputs)});
    node->inputs.clear();
  }

  // After the cut a replaced version that only we hold gives its buffer to the Program.
  void donate(const std::vector<Update>& updates) {
    for (const Root& root : subgraph().roots) {
      if (root.replaces < 0) continue;
      const auto k = static_cast<std::size_t>(root.replaces);
      Node* node = leaf_handles_[k].node();
      const auto own = std::count_if(updates.begin(), updates.end(), [&](const Update& u) {
        return u.before.defined() && u.before.node() == node;
      });
      if (node->refs.load() == 1 + static_cast<std::uint32_t>(own)) node->outputs[0].value.reset();
    }
  }

  void restore(std::vector<Update>& updates, const std::vector<Node*>& computed, const std::string& why) {
    for (std::size_t k = 0; k < leaf_handles_.size(); ++k) {
      Output& out = output({leaf_handles_[k].node(), leaf_handles_[k].output()});
      if (!out.value && bound_[k].buffer) out.value = bound_[k].buffer;
    }
    for (Update& update : updates) update.slot->current = update.before;
    for (Node* node : computed) node->label = why;
  }

  static void settle_reads(const std::vector<PendingRead>& reads) {
    for (const PendingRead& read : reads) {
      if (!output(read.source).value) continue;
      read.read->outputs[0].value = output(read.source).value;
      read.read->pending.store(0, std::memory_order_relaxed);
      InlineVector<Edge, 3> inputs = std::move(read.read->inputs);
      read.read->inputs.clear();
      for (const Edge& edge : inputs) release(edge.node);
    }
  }

  static void release_all(const std::vector<Node*>& computed, const std::vector<PendingRead>& reads) {
    for (const PendingRead& read : reads) release(read.read);
    for (Node* node : computed) release(node);
  }

  struct Unhooked {
    Node* node;
    InlineVector<Edge, 3> inputs;
  };

  bool let_go_;
  std::vector<bool> kept_;
  std::vector<Unhooked> unhooked_;
  Tensors leaf_handles_;
  Tensors results_;
  std::vector<BoundLeaf> bound_;
};

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
void materialise_leaf(Edge edge) {
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
    materialise_leaf(end_of_reads(edge));
    if (!output(edge).value) wanted.push_back(edge);
  }
  if (wanted.empty()) return;
  std::vector<Update> none;
  Evaluation evaluation(wanted, false);
  evaluation.run(none);
}

void assign_and_evaluate(std::span<const std::pair<Variable, Tensor>> updates) {
  if (current_trace()) {
    for (const auto& [variable, value] : updates) Variable(variable).assign(value);
    return;
  }
  const std::lock_guard lock(engine_mutex());
  std::vector<Update> before;
  std::vector<Edge> wanted;
  for (const auto& [variable, value] : updates) {
    before.push_back({variable.slot(), variable.slot()->current});
    materialise_leaf(end_of_reads({value.node(), value.output()}));
    Variable(variable).assign(value);
    wanted.push_back({variable.slot()->current.node(), 0});
  }
  std::vector<const Node*> replaced;
  for (const Update& update : before) replaced.push_back(update.before.node());
  Tensors losses = take_grad_roots(replaced);
  for (const Tensor& loss : losses) {
    if (loss.evaluated()) {
      cut(loss.node());
    } else if (output({loss.node(), loss.output()}).handles > 1) {
      wanted.push_back({loss.node(), loss.output()});
    }
  }
  losses.clear();
  Evaluation evaluation(wanted, true);
  evaluation.run(before);
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
