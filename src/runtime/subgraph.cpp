#include "runtime/subgraph.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/trace.h"

namespace luge {
namespace {

bool bound_leaf(const Node* node) {  // has no value of its own but is bound when a Program runs
  return node->leaf == Leaf::scalar || node->leaf == Leaf::key || node->leaf == Leaf::typed;
}

void write_type(std::vector<std::uint64_t>& words, const Type& type) {
  words.push_back(static_cast<std::uint64_t>(type.dtype) << 8 |
                  static_cast<std::uint64_t>(type.shape.rank()));
  for (std::int64_t extent : type.shape) words.push_back(static_cast<std::uint64_t>(extent));
}

[[noreturn]] void fail_unbound(const Node* node) {
  if (node->leaf == Leaf::argument) {
    throw GraphError(fmt::format(
        "placeholder '{}' ({}) has no value here; feed it in Session::run or call the compiled function",
        node->label, node->outputs[0].type.to_string()));
  }
  const auto slot = node->slot.lock();
  throw GraphError(
      fmt::format("a read of Variable '{}' made while tracing has no value outside the compiled function",
                  slot ? slot->name : ""));
}

}  // namespace

// A read of what was assigned but not evaluated represents what was assigned.
bool Subgraph::passes_on(const Node* node) const {
  return ends_ != Ends::session && node->leaf == Leaf::read && !node->outputs[0].value &&
         !node->inputs.empty();
}

// An input used for its type alone is not computed, unless its type hangs on what will be fed.
bool Subgraph::skips(const Node& node, std::size_t k) const {
  const Edge& edge = node.inputs[k];
  return node.op->traits().is_type_only(k) &&
         edge.node->outputs[static_cast<std::size_t>(edge.out)].type.shape.known();
}

Edge Subgraph::resolve(Edge edge) const {
  while (passes_on(edge.node)) edge = edge.node->inputs[0];
  return edge;
}

void Subgraph::reach(Edge edge) {
  while (passes_on(edge.node)) {
    if (!numbers_.insert(edge.node, -1)) return;  // met before
    pending_reads.push_back({edge.node, resolve(edge)});
    edge = edge.node->inputs[0];
  }
  Node* node = edge.node;
  if (node->outputs[static_cast<std::size_t>(edge.out)].value)
    return;  // in memory: a leaf, unless it must run anyway
  if (node->leaf != Leaf::none) {
    if (ends_ == Ends::values && !bound_leaf(node)) fail_unbound(node);
    return;
  }
  if (node->cut) {
    throw GraphError(fmt::format("{}: its inputs were released and it has no value{}{}", node->op->name(),
                                 node->label.empty() ? "" : ": ", node->label));
  }
  if (numbers_.insert(node, 0)) stack_.push_back(node);
}

void Subgraph::clear() {
  nodes.clear();
  leaves.clear();
  leaf_types.clear();
  roots.clear();
  pending_reads.clear();
  numbers_.clear();
  leaf_numbers_.clear();
  stack_.clear();
}

void Subgraph::find(std::span<const Edge> wanted, Ends ends) {
  clear();
  ends_ = ends;
  for (const Edge& edge : wanted) reach(edge);
  while (!stack_.empty()) {
    Node* node = stack_.back();
    stack_.pop_back();
    nodes.push_back(node);
    for (std::size_t k = 0; k < node->inputs.size(); ++k) {
      if (!skips(*node, k)) reach(node->inputs[k]);
    }
  }
  std::sort(nodes.begin(), nodes.end(),
            [](const Node* a, const Node* b) { return a->sequence < b->sequence; });
  for (std::size_t i = 0; i < nodes.size(); ++i) numbers_.set(nodes[i], static_cast<int>(i));
  for (const Node* node : nodes) {
    for (std::size_t k = 0; k < node->inputs.size(); ++k) {
      if (!skips(*node, k)) add_leaf(resolve(node->inputs[k]));
    }
  }
  for (const Edge& edge : wanted) add_leaf(resolve(edge));
}

void Subgraph::add_leaf(Edge edge) {
  if (computes(edge.node) || leaf_number(edge) >= 0) return;
  leaf_numbers_.insert(edge.node, static_cast<int>(leaves.size()));
  leaves.push_back(edge);
  leaf_types.push_back(edge.node->outputs[static_cast<std::size_t>(edge.out)].type);
}

int Subgraph::leaf_number(Edge edge) const {
  int at = leaf_numbers_.find(edge.node);
  if (at < 0) return -1;
  // Two outputs of one node are rarely both leaves; they are close together.
  for (; at < static_cast<int>(leaves.size()); ++at) {
    const Edge& leaf = leaves[static_cast<std::size_t>(at)];
    if (leaf.node == edge.node && leaf.out == edge.out) return at;
  }
  return -1;
}

int Subgraph::add_root(Edge edge, int replaces) {
  edge = resolve(edge);
  for (std::size_t r = 0; r < roots.size(); ++r) {
    Root& root = roots[r];
    if (root.edge.node == edge.node && root.edge.out == edge.out &&
        (replaces < 0 || root.replaces < 0 || root.replaces == replaces)) {
      if (replaces >= 0) root.replaces = replaces;
      return static_cast<int>(r);
    }
  }
  roots.push_back({edge, replaces});
  return static_cast<int>(roots.size()) - 1;
}

void Subgraph::write_key(std::vector<std::uint64_t>& words, std::vector<OpRef>& ops) const {
  const auto reference = [&](Edge edge) {
    const int at = number(edge.node);
    const int leaf = at < 0 ? leaf_number(edge) : -1;
    const std::uint64_t index = static_cast<std::uint64_t>(at >= 0 ? at : leaf);
    words.push_back(index << 9 | static_cast<std::uint64_t>(edge.out) << 1 | (at >= 0 ? 0u : 1u));
  };
  words.push_back(leaves.size());
  for (std::size_t k = 0; k < leaves.size(); ++k) {
    const Node* node = leaves[k].node;
    std::uint64_t kind = static_cast<std::uint64_t>(node->leaf == Leaf::none ? Leaf::data : node->leaf);
    if (node->leaf == Leaf::scalar) {
      const double value = node->scalar_value();
      kind |= value == 0 ? 1u << 8 : value == 1 ? 2u << 8 : 0u;
    }
    words.push_back(kind);
    write_type(words, leaf_types[k]);
  }
  words.push_back(nodes.size());
  for (const Node* node : nodes) {
    words.push_back(node->op->hash());
    ops.push_back(node->op);
    words.push_back(node->inputs.size() << 1 | (node->barrier ? 1u : 0u));
    for (std::size_t k = 0; k < node->inputs.size(); ++k) {
      if (skips(*node, k)) {
        const Edge& edge = node->inputs[k];
        write_type(words, edge.node->outputs[static_cast<std::size_t>(edge.out)].type);
      } else {
        reference(resolve(node->inputs[k]));
      }
    }
  }
  words.push_back(roots.size());
  for (const Root& root : roots) {
    reference(root.edge);
    words.push_back(static_cast<std::uint64_t>(root.replaces));
  }
}

}  // namespace luge
