// custom_gradient and checkpoint: a node that passes values on and brings its own backward pass. Its inputs
// are the function's inputs followed by its outputs; it decomposes into those outputs, so programs never see
// it.
#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "autodiff/backward.h"
#include "graph/node.h"
#include "luge/autodiff.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"

namespace luge {
namespace {

struct PassOnAttributes {
  std::int64_t id = 0;      // closures compare by identity
  std::int64_t inputs = 0;  // how many of the node's inputs come before the values passed on
  std::shared_ptr<const GradientFunction> backward;
  static void fields(auto& self, auto&& field) {
    field("id", self.id);
    field("inputs", self.inputs);
  }
};

struct PassOn : Op<PassOn, PassOnAttributes> {
  static constexpr auto name = "custom_gradient";

  Types infer(const Types& in) const {
    Types types;
    for (std::size_t k = static_cast<std::size_t>(inputs); k < in.size(); ++k) types.push_back(in[k]);
    return types;
  }
  Tensors decompose(const Tensors& in) const { return {in.begin() + inputs, in.end()}; }
  Tensors gradient(const GradientCall& c) const {
    const Tensors own(c.in.begin(), c.in.begin() + inputs);
    Tensors g = c.g;
    for (std::size_t k = 0; k < g.size(); ++k) {
      if (!g[k].defined()) g[k] = zeros_like(c.out[k]);
    }
    Tensors result = (*backward)(own, c.out, g);
    result.resize(c.in.size());  // none for the values passed on
    return result;
  }
};

Tensors pass_on(const Tensors& inputs, const Tensors& outputs, GradientFunction backward) {
  static std::atomic<std::int64_t> next_id{0};
  PassOnAttributes attributes;
  attributes.id = next_id++;
  attributes.inputs = static_cast<std::int64_t>(inputs.size());
  attributes.backward = std::make_shared<const GradientFunction>(std::move(backward));
  Tensors all = inputs;
  all.insert(all.end(), outputs.begin(), outputs.end());
  return make_node(op_ref<PassOn>(std::move(attributes)), all);
}

/// The nodes a function made, kept alive without counting as handles (they must not be materialised).
struct Recording {
  std::vector<Node*> nodes;  // inputs before users
  std::vector<Edge> outputs;
  std::vector<Edge> externals;
  ~Recording() {
    for (Node* node : nodes) release(node);
    for (const Edge& edge : externals) release(edge.node);
  }
};

bool stays_outside(const Node& node, std::uint64_t start) {
  return node.sequence < start ||
         (node.leaf != Leaf::none && node.leaf != Leaf::scalar && node.leaf != Leaf::key);
}

std::shared_ptr<Recording> record(const Tensors& outputs, std::uint64_t start) {
  auto recording = std::make_shared<Recording>();
  const std::lock_guard lock(engine_mutex());
  const auto outside = [&](const Node* node) { return stays_outside(*node, start); };
  for (Node* node : topological(outputs, outside)) {
    if (outside(node)) continue;
    retain(node);
    recording->nodes.push_back(node);
    for (const Edge& edge : node->inputs) {
      if (!outside(edge.node)) continue;
      const auto known = [&](const Edge& other) { return other.node == edge.node && other.out == edge.out; };
      if (std::any_of(recording->externals.begin(), recording->externals.end(), known)) continue;
      retain(edge.node);
      recording->externals.push_back(edge);
    }
  }
  for (const Tensor& output : outputs) recording->outputs.push_back({output.node(), output.output()});
  return recording;
}

// The recorded computation again, over `inputs` in place of the externals, as nodes that are never merged
// with the first.
Tensors replay(const Recording& recording, const Tensors& inputs) {
  std::unordered_map<const Node*, Tensors> fresh;
  const auto find = [&](const Edge& edge) -> Tensor {
    for (std::size_t k = 0; k < recording.externals.size(); ++k) {
      if (recording.externals[k].node == edge.node && recording.externals[k].out == edge.out)
        return inputs[k];
    }
    return fresh.at(edge.node)[static_cast<std::size_t>(edge.out)];
  };
  for (Node* node : recording.nodes) {
    if (node->leaf != Leaf::none) {
      fresh[node] = {Tensor(node, 0)};
      continue;
    }
    Tensors in;
    for (const Edge& edge : node->inputs) in.push_back(find(edge));
    Tensors made = make_node(node->op, in);
    made[0].node()->barrier = true;
    fresh[node] = std::move(made);
  }
  Tensors outputs;
  for (const Edge& edge : recording.outputs) outputs.push_back(find(edge));
  return outputs;
}

}  // namespace

Tensors custom_gradient(const std::function<Tensors(const Tensors&)>& forward,
                        const GradientFunction& backward, const Tensors& inputs) {
  return pass_on(inputs, forward(inputs), backward);
}

Tensors checkpoint(const std::function<Tensors(const Tensors&)>& function, const Tensors& inputs) {
  const Building building;  // the recorded nodes must keep their inputs
  const std::uint64_t start = latest_sequence();
  const Tensors outputs = function(inputs);
  const std::shared_ptr<Recording> recording = record(outputs, start);
  Tensors externals;
  for (const Edge& edge : recording->externals) externals.emplace_back(edge.node, edge.out);
  return pass_on(externals, outputs, [recording](const Tensors& in, const Tensors&, const Tensors& g) {
    Tensors own;
    for (const Tensor& each : in) own.push_back(identity(each));
    const Tensors again = replay(*recording, own);
    return autodiff::backward(again, g, own, true).gradients;
  });
}

}  // namespace luge
