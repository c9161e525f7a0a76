// Batch normalization and the relu behind it become one step, with the sum of a residual block in between:
//   relu(batch_norm(x)), relu(batch_norm(x) + r)  →  batch_norm_relu(x), batch_norm_relu(x, r)
//   batch_norm_backward(relu_mask(dy, relu(batch_norm(x))), x)  →  batch_norm_relu_backward(dy, x)
// where the backend has a kernel for it. The same for leaky_relu.
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "compile/kernel_choice.h"
#include "compile/passes.h"
#include "compile/readers.h"
#include "ops/attributes/leaky_relu.h"
#include "ops/attributes/norm.h"

namespace luge::compiler {
namespace {

// The slope below 0 of relu and leaky_relu (or of what masks their gradient), empty for other ops.
std::optional<double> slope_of(const Node& node, Instruction relu, std::string_view leaky) {
  if (node.leaf != Leaf::none) return std::nullopt;
  if (node.op->instruction() == relu) return 0.0;
  const auto* attributes = node.op->attributes<LeakyReluAttributes>();
  if (!attributes || node.op->name() != leaky || attributes->slope == 0) return std::nullopt;
  return attributes->slope;
}

const Type& type_of(const Edge& edge) { return edge.node->outputs[static_cast<std::size_t>(edge.out)].type; }

bool same(const Edge& a, const Edge& b) { return a.node == b.node && a.out == b.out; }

class NormRelu {
 public:
  NormRelu(const Graph& graph, const Options& options) : options_(options) {
    const std::vector<Node*> nodes = topological(graph.roots);
    for (const Tensor& root : graph.roots) readers_[{root.node(), root.output()}].push_back(nullptr);
    for (Node* node : nodes) {
      for (const Edge& edge : node->inputs) readers_[{edge.node, edge.out}].push_back(node);
    }
    for (Node* node : nodes) {
      if (node->leaf == Leaf::none && node->op->name() == "batch_norm") find_relu(*node);
    }
  }

  Tensors operator()(Node& node, const Tensors& inputs) {
    Tensors made = rewritten(node, inputs);
    if (kept_.contains(&node)) made_[&node] = made;
    return made;
  }

 private:
  using Place = std::pair<const Node*, int>;
  struct PlaceHash {
    std::size_t operator()(const Place& place) const {
      return std::hash<const void*>()(place.first) * 31 + static_cast<std::size_t>(place.second);
    }
  };
  struct Forward {
    double slope;
    std::optional<Edge> residual;
  };

  Node* only_reader(const Node* node, int out) const {
    const auto found = readers_.find({node, out});
    return found != readers_.end() && found->second.size() == 1 ? found->second[0] : nullptr;
  }

  void find_relu(Node& norm) {
    Node* next = only_reader(&norm, 0);
    std::optional<Edge> residual;
    Node* sum = nullptr;
    std::size_t from = 0;
    if (next && next->op->instruction() == Instruction::add && next->barrier == norm.barrier) {
      from = next->inputs[0].node == &norm ? 0 : 1;
      const Edge& other = next->inputs[1 - from];
      // It must be there when the normalization runs.
      if (other.node == &norm || other.node->sequence > norm.sequence ||
          !(type_of(other) == norm.outputs[0].type)) {
        return;
      }
      residual = other;
      sum = next;
      next = only_reader(next, 0);
    }
    if (!next || next->barrier != norm.barrier) return;
    const std::optional<double> slope = slope_of(*next, Instruction::relu, "leaky_relu");
    if (!slope || !accepted(norm, *slope, residual)) return;
    forward_.emplace(&norm, Forward{*slope, residual});
    if (sum) passed_.emplace(sum, from);
    passed_.emplace(next, 0);
    if (residual) kept_.insert(residual->node);
  }

  bool accepted(const Node& norm, double slope, const std::optional<Edge>& residual) const {
    const OpRef op = batch_norm_relu({epsilon_of(norm), slope});
    Question question = question_of(norm, {true, true, true});
    question.op = op.get();
    if (residual) question.in.push_back(norm.outputs[0].type);
    return accepts(question);
  }
  bool accepts(const Question& question) const { return choose(question, options_).offer.accepted(); }
  static double epsilon_of(const Node& node) { return node.op->attributes<BatchNormAttributes>()->epsilon; }

  Tensors rewritten(Node& node, const Tensors& inputs) {
    if (const auto found = forward_.find(&node); found != forward_.end()) {
      Tensors operands = inputs;
      if (const auto& residual = found->second.residual) {
        const bool leaf = residual->node->leaf != Leaf::none;
        operands.push_back(leaf ? output_of(*residual->node, static_cast<std::size_t>(residual->out))
                                : made_.at(residual->node)[static_cast<std::size_t>(residual->out)]);
      }
      return replace(node, batch_norm_relu({epsilon_of(node), found->second.slope}), operands);
    }
    if (const auto found = passed_.find(&node); found != passed_.end()) return {inputs[found->second]};
    if (node.op->name() == "batch_norm_backward") return backward(node, inputs);
    return rebuild(node, inputs);
  }

  // dy, x, scale, mean, variance.
  Tensors backward(Node& node, const Tensors& inputs) {
    const Edge &dy = node.inputs[0], &mean = node.inputs[3];
    const std::optional<double> slope = slope_of(*dy.node, Instruction::relu_mask, "leaky_relu_backward");
    if (!slope || only_reader(dy.node, 0) != &node || dy.node->barrier != node.barrier)
      return rebuild(node, inputs);
    if (!is_op(mean, "batch_norm", 1) || !is_op(node.inputs[4], "batch_norm", 2))
      return rebuild(node, inputs);
    const Node& norm = *mean.node;
    const Edge &given = dy.node->inputs[0], &y = dy.node->inputs[1];
    if (!(type_of(given) == type_of(node.inputs[1]))) return rebuild(node, inputs);  // repeated by the mask
    const auto relu = slope_of(*y.node, Instruction::relu, "leaky_relu");
    const bool meets = relu == slope && is_op(y.node->inputs[0], "batch_norm", 0) &&
                       y.node->inputs[0].node == &norm && node.inputs[4].node == &norm &&
                       same(norm.inputs[0], node.inputs[1]) && same(norm.inputs[1], node.inputs[2]);
    if (!meets) return rebuild(node, inputs);
    const OpRef op = batch_norm_relu_backward({epsilon_of(node), *slope});
    const Tensors operands = {input_of(*inputs[0].node(), 0), inputs[1], inputs[2],
                              input_of(*inputs[3].node(), 2), inputs[3], inputs[4]};
    Tensors outputs = replace(node, op, operands);
    if (accepts(question_of(*outputs[0].node(), {true, true, true}))) return outputs;
    return rebuild(node, inputs);
  }

  const Options& options_;
  std::unordered_map<Place, std::vector<Node*>, PlaceHash> readers_;  // null: a root
  std::unordered_map<const Node*, Forward> forward_;                  // by the normalization
  std::unordered_map<const Node*, std::size_t> passed_;  // sums and relus taken along: which input they give
  std::unordered_set<const Node*> kept_;                 // images to be added
  std::unordered_map<const Node*, Tensors> made_;
};

}  // namespace

Graph norm_relu(const Graph& graph, const Options& options) {
  return rewrite(graph, NormRelu(graph, options));
}

}  // namespace luge::compiler
