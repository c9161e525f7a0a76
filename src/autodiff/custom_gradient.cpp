// custom_gradient and checkpoint: a node that passes values on and brings its own backward pass. Its inputs
// are the function's inputs followed by its outputs; it decomposes into those outputs, so programs never see
// it.
#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "autodiff/backward.h"
#include "graph/node.h"
#include "graph/op_model.h"
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

/// What a function did, apart from the nodes it made: those are released as any others.
struct Recording {
  struct Value {  // an external of the recording, or an output of one of its steps
    int step;     // -1: external
    int out;      // or the position among the externals
  };
  struct Step {
    Tensor leaf;  // a number or key made inside, or empty
    OpRef op;
    std::vector<Value> inputs;
  };
  std::vector<Step> steps;  // inputs before users
  std::vector<Value> outputs;
};

bool stays_outside(const Node& node, std::uint64_t start) {
  return node.sequence < start ||
         (node.leaf != Leaf::none && node.leaf != Leaf::scalar && node.leaf != Leaf::key);
}

/// `externals` receives what the function took from outside.
Recording record(const Tensors& outputs, std::uint64_t start, Tensors& externals) {
  Recording recording;
  const std::lock_guard lock(engine_mutex());
  const auto outside = [&](const Node* node) { return stays_outside(*node, start); };
  std::unordered_map<const Node*, int> steps;
  const auto value = [&](Node* node, int out) -> Recording::Value {
    if (const auto step = steps.find(node); step != steps.end()) return {step->second, out};
    const auto known = std::find_if(externals.begin(), externals.end(), [&](const Tensor& external) {
      return external.node() == node && external.output() == out;
    });
    const auto at = static_cast<int>(known - externals.begin());
    if (known == externals.end()) externals.emplace_back(node, out);
    return {-1, at};
  };
  for (Node* node : topological(outputs, outside)) {
    if (outside(node)) continue;
    Recording::Step step;
    if (node->leaf != Leaf::none) {
      step.leaf = Tensor(node, 0);
    } else {
      step.op = node->op;
      for (const Edge& edge : node->inputs) step.inputs.push_back(value(edge.node, edge.out));
    }
    steps.emplace(node, static_cast<int>(recording.steps.size()));
    recording.steps.push_back(std::move(step));
  }
  for (const Tensor& output : outputs) recording.outputs.push_back(value(output.node(), output.output()));
  return recording;
}

// The recorded computation again, over `inputs` in place of the externals, as nodes that are never merged
// with the first.
Tensors replay(const Recording& recording, const Tensors& inputs) {
  std::vector<Tensors> fresh;
  const auto find = [&](const Recording::Value& value) -> const Tensor& {
    const auto out = static_cast<std::size_t>(value.out);
    return value.step < 0 ? inputs[out] : fresh[static_cast<std::size_t>(value.step)][out];
  };
  for (const Recording::Step& step : recording.steps) {
    if (step.leaf.defined()) {
      fresh.push_back({step.leaf});
      continue;
    }
    Tensors in;
    for (const Recording::Value& input : step.inputs) in.push_back(find(input));
    fresh.push_back(make_node(step.op, in));
    fresh.back()[0].node()->barrier = true;
  }
  Tensors outputs;
  for (const Recording::Value& output : recording.outputs) outputs.push_back(find(output));
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
  Tensors externals;
  const auto recording = std::make_shared<const Recording>(record(outputs, start, externals));
  return pass_on(externals, outputs, [recording](const Tensors& in, const Tensors&, const Tensors& g) {
    Tensors own;
    for (const Tensor& each : in) own.push_back(identity(each));
    const Tensors again = replay(*recording, own);
    return autodiff::backward(again, g, own, true).gradients;
  });
}

}  // namespace luge
