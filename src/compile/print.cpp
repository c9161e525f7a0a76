#include <fmt/format.h>

#include <unordered_map>

#include "compile/graph.h"

namespace luge::compiler {
namespace {

class Names {
 public:
  explicit Names(const Graph& graph) {
    for (std::size_t k = 0; k < graph.leaves.size(); ++k)
      names_[graph.leaves[k].node()] = fmt::format("leaf{}", k);
  }
  std::string of(const Node* node, int out) {
    const auto [entry, fresh] = names_.try_emplace(node);
    if (fresh) entry->second = fmt::format("%{}", next_++);
    return node->outputs.size() == 1 ? entry->second : fmt::format("{}.{}", entry->second, out);
  }

 private:
  std::unordered_map<const Node*, std::string> names_;
  int next_ = 0;
};

std::string kind(const Node& node) {
  switch (node.leaf) {
    case Leaf::none: return node.op->to_string();
    case Leaf::data: return "constant";
    case Leaf::scalar: return "scalar";
    case Leaf::key: return "key";
    case Leaf::argument: return node.label.empty() ? "argument" : "argument '" + node.label + "'";
    case Leaf::read: return "read";
    case Leaf::typed: return "type";
  }
  return {};
}

}  // namespace

std::string to_text(const Graph& graph) {
  Names names(graph);
  std::string text;
  for (const Node* node : topological(graph.roots)) {
    for (std::size_t k = 0; k < node->outputs.size(); ++k) {
      text += fmt::format("{}{}", k ? ", " : "", names.of(node, static_cast<int>(k)));
    }
    text += " = " + kind(*node);
    for (std::size_t k = 0; k < node->inputs.size(); ++k) {
      text += fmt::format("{}{}", k ? ", " : " ", names.of(node->inputs[k].node, node->inputs[k].out));
    }
    text += " :";
    for (const Output& output : node->outputs) text += " " + output.type.to_string();
    text += node->barrier ? " (barrier)\n" : "\n";
  }
  for (std::size_t r = 0; r < graph.roots.size(); ++r) {
    text += "return " + names.of(graph.roots[r].node(), graph.roots[r].output());
    if (graph.replaces[r] >= 0) text += fmt::format(" -> leaf{}", graph.replaces[r]);
    text += "\n";
  }
  return text;
}

std::string to_dot(const Graph& graph) {
  std::unordered_map<const Node*, std::size_t> ids;
  std::string text = "digraph {\n  node [shape=box, fontname=\"monospace\"];\n";
  for (const Node* node : topological(graph.roots)) {
    const std::size_t id = ids.emplace(node, ids.size()).first->second;
    std::string label = node->op ? std::string(node->op->name()) : kind(*node);
    for (const Output& output : node->outputs) label += "\\n" + output.type.to_string();
    text += fmt::format("  n{} [label=\"{}\"{}];\n", id, label, node->op ? "" : ", style=rounded");
    for (const Edge& edge : node->inputs) text += fmt::format("  n{} -> n{};\n", ids.at(edge.node), id);
  }
  for (std::size_t r = 0; r < graph.roots.size(); ++r) {
    text += fmt::format("  r{} [label=\"root {}\", shape=ellipse];\n  n{} -> r{};\n", r, r,
                        ids.at(graph.roots[r].node()), r);
  }
  return text + "}\n";
}

}  // namespace luge::compiler
