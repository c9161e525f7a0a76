// graph_of: the nodes of a graph with the paths that TensorBoard folds them by.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "graph/node.h"
#include "graph/scoped_names.h"
#include "graph/trace.h"
#include "luge/io/summary.h"
#include "luge/nn/observe.h"

namespace luge::io {
namespace {

// Characters that TensorBoard takes in names.
std::string clean(std::string text) {
  for (char& c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-' || c == '/';
    if (!plain) c = '_';
  }
  return text;
}

std::string as_scope(std::string path) {
  std::replace(path.begin(), path.end(), '.', '/');
  return path;
}

std::string joined(const std::string& scope, const std::string& name) {
  return scope.empty() ? name : scope + "/" + name;
}

std::string own_name(const Node& node) {
  switch (node.leaf) {
    case Leaf::none: return std::string(node.op->name());
    case Leaf::data: return node.label.empty() ? "constant" : node.label;
    case Leaf::scalar: return "constant";
    case Leaf::key: return "random_key";
    case Leaf::argument: return node.label.empty() ? "input" : node.label;
    case Leaf::typed: return "shape_of";
    case Leaf::read: break;
  }
  const auto slot = node.slot.lock();
  return slot && !slot->name.empty() ? as_scope(slot->name) : "variable";
}

std::string kind_of(const Node& node) {
  switch (node.leaf) {
    case Leaf::none: return std::string(node.op->name());
    case Leaf::argument: return "placeholder";
    case Leaf::read: return "variable";
    default: return "constant";
  }
}

class Names {
 public:
  // A name that no node has yet: "matmul", "matmul_1" …
  std::string take(const std::string& wanted) {
    const std::string base = clean(wanted);
    for (int& number = taken_[base];; ++number) {
      std::string name = number == 0 ? base : base + "_" + std::to_string(number);
      if (number > 0 && taken_.contains(name)) continue;
      ++number;
      if (name != base) taken_.emplace(name, 1);
      return name;
    }
  }

 private:
  std::map<std::string, int> taken_;
};

// Nodes with their whole names, inputs first.
std::vector<GraphNode> named(const std::vector<Node*>& nodes,
                             const std::unordered_map<const Node*, std::string>& wanted) {
  Names names;
  std::unordered_map<const Node*, std::string> name_of;
  std::vector<GraphNode> made;
  for (const Node* node : nodes) {
    const std::string name = names.take(wanted.at(node));
    name_of.emplace(node, name);
    GraphNode one{.name = name, .op = kind_of(*node)};
    if (!node->outputs.empty()) {
      one.dtype = luge::name(node->outputs[0].type.dtype);
      one.shape = node->outputs[0].type.shape;
    }
    if (node->leaf == Leaf::none) {
      for (const Edge& edge : node->inputs) {
        const auto found = name_of.find(edge.node);
        if (found == name_of.end()) continue;  // beyond what is shown
        one.inputs.push_back(edge.out == 0 ? found->second : found->second + ":" + std::to_string(edge.out));
      }
    }
    made.push_back(std::move(one));
  }
  return made;
}

// A Variable is shown by its name, not by the expression that was assigned to it.
bool is_leaf(const Node* node) { return node->leaf != Leaf::none; }

}  // namespace

std::vector<GraphNode> graph_of(const std::vector<graph::Fetch>& fetches) {
  Tensors roots, assigned;
  std::vector<std::pair<Variable, Tensor>> updates;
  for (const graph::Fetch& fetch : fetches) {
    if (const auto* tensor = std::get_if<Tensor>(&fetch)) {
      roots.push_back(*tensor);
    } else if (const auto* variable = std::get_if<Variable>(&fetch)) {
      roots.push_back(variable->value());
    } else {
      for (const auto& update : std::get<graph::Operation>(fetch).updates()) {
        updates.push_back(update);
        assigned.push_back(update.second);
      }
    }
  }
  std::unordered_map<const Node*, std::string> wanted;
  for (const Node* node : topological(std::span<const Tensor>(roots), is_leaf))
    wanted.emplace(node, joined(scope_of(node->sequence), own_name(*node)));
  Tensors all = roots;
  all.insert(all.end(), assigned.begin(), assigned.end());
  const std::vector<Node*> nodes = topological(std::span<const Tensor>(all), is_leaf);
  for (const Node* node : nodes) {
    const std::string scope = scope_of(node->sequence);
    const bool plain_leaf = node->leaf == Leaf::argument;
    wanted.emplace(node, joined(scope.empty() && !plain_leaf ? "training" : scope, own_name(*node)));
  }
  std::vector<GraphNode> made = named(nodes, wanted);
  std::unordered_map<const Node*, std::string> name_of;
  for (std::size_t k = 0; k < nodes.size(); ++k) name_of.emplace(nodes[k], made[k].name);
  std::map<std::string, int> twice;
  for (const auto& [variable, value] : updates) {
    std::string name =
        clean("training/assign/" + as_scope(variable.name().empty() ? "variable" : variable.name()));
    if (const int count = twice[name]++; count > 0) name += "_" + std::to_string(count);
    made.push_back({.name = name, .op = "assign", .inputs = {name_of.at(value.node())}});
  }
  return made;
}

std::vector<GraphNode> graph_of(const nn::Module& net, const Tensors& inputs) {
  const nn::Probe probe(net, false);
  Tensors leaves;
  const std::vector<std::string> input_names = net.input_names();
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const Shape& shape = inputs[k].shape();
    leaves.push_back(argument_leaf({inputs[k].dtype(), shape.rank() > 0 ? shape.with(0, unknown) : shape},
                                   k < input_names.size() ? input_names[k] : "input"));
  }
  // Inner calls end first: a node belongs to the innermost call that made it.
  std::unordered_map<const Node*, std::string> wanted;
  const Tensors outputs = nn::observe(net, leaves, [&](const nn::LayerCall& call) {
    const auto stop = [&](const Node* node) {
      return is_leaf(node) || wanted.contains(node) ||
             std::any_of(call.inputs.begin(), call.inputs.end(),
                         [&](const Tensor& input) { return input.node() == node; });
    };
    const std::string scope = as_scope(call.path);
    for (const Node* node : topological(std::span<const Tensor>(call.outputs), stop)) {
      const bool given = std::any_of(call.inputs.begin(), call.inputs.end(),
                                     [&](const Tensor& input) { return input.node() == node; });
      if (!given) wanted.emplace(node, joined(scope, own_name(*node)));
    }
  });
  std::unordered_map<const Slot*, std::string> paths;
  for (const auto& list : {net.named_parameters(), net.named_buffers()}) {
    for (const nn::NamedVariable& each : list) paths.emplace(each.variable.slot().get(), as_scope(each.name));
  }
  const std::vector<Node*> nodes = topological(std::span<const Tensor>(outputs), is_leaf);
  for (const Node* node : nodes) {
    wanted.emplace(node, own_name(*node));
    if (node->leaf != Leaf::read) continue;
    if (const auto path = paths.find(node->slot.lock().get()); path != paths.end())
      wanted[node] = path->second;
  }
  for (const Tensor& leaf : leaves) wanted[leaf.node()] = own_name(*leaf.node());
  return named(nodes, wanted);
}

}  // namespace luge::io
