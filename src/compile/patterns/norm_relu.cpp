// Batch normalization and the relu after it become one step, with the sum of a residual block between them,
// where the backend has a kernel for it:
//   relu(batch_norm(x)), relu(batch_norm(x) + r)  →  batch_norm_relu(x), batch_norm_relu(x, r)
// The same for leaky_relu. The new step runs when the normalization would have run: its statistics may be
// read before relu would run.
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "compile/edge.h"
#include "compile/kernel_choice.h"
#include "compile/pattern.h"
#include "compile/patterns/rectifier.h"
#include "ops/attributes/norm.h"

namespace luge::compiler {
namespace {

double epsilon_of(const Node& norm) { return norm.op->attributes<BatchNormAttributes>()->epsilon; }

class NormRelu {
 public:
  NormRelu(const Graph& graph, const Options& options) : options_(options), readers_(graph) {
    for (Node* node : topological(graph.roots)) {
      if (op_with<BatchNormAttributes, Role::forward>(*node)) find_relu(*node);
    }
  }

  bool found() const { return !joined_.empty(); }

  Tensors operator()(Node& node, const Tensors& inputs) {
    Tensors made = rewritten(node, inputs);
    if (residuals_.contains(&node)) made_[&node] = made;
    return made;
  }

 private:
  struct Joined {
    double slope;
    std::optional<Edge> residual;
  };

  void find_relu(const Node& norm) {
    const Node* next = readers_.only_reader(norm, 0);
    std::optional<Edge> residual;
    const Node* sum = nullptr;
    std::size_t from = 0;
    if (next && op_of<Instruction::add>(*next) && next->barrier == norm.barrier) {
      from = next->inputs[0].node == &norm ? 0 : 1;
      const Edge& other = next->inputs[1 - from];
      // It must be there when the normalization runs.
      if (other.node == &norm || other.node->sequence > norm.sequence ||
          !(type_of(other) == norm.outputs[0].type)) {
        return;
      }
      residual = other;
      sum = next;
      next = readers_.only_reader(*sum, 0);
    }
    if (!next || next->barrier != norm.barrier) return;
    const std::optional<double> slope = rectifier_slope(*next);
    if (!slope || !accepted(norm, *slope, residual)) return;
    joined_.emplace(&norm, Joined{*slope, residual});
    if (sum) passed_.emplace(sum, from);
    passed_.emplace(next, 0);
    if (residual) residuals_.insert(residual->node);
  }

  bool accepted(const Node& norm, double slope, const std::optional<Edge>& residual) const {
    const OpRef op = batch_norm_relu({epsilon_of(norm), slope});
    Question question = question_of(norm, {true, true, true});
    question.op = op.get();
    if (residual) question.in.push_back(norm.outputs[0].type);
    return choose(question, options_).offer.accepted();
  }

  Tensors rewritten(Node& node, const Tensors& inputs) const {
    if (const auto found = joined_.find(&node); found != joined_.end()) {
      Tensors operands = inputs;
      if (const auto& residual = found->second.residual) {
        const bool leaf = residual->node->leaf != Leaf::none;
        operands.push_back(leaf ? output_of(*residual->node, static_cast<std::size_t>(residual->out))
                                : made_.at(residual->node)[static_cast<std::size_t>(residual->out)]);
      }
      return replace(node, batch_norm_relu({epsilon_of(node), found->second.slope}), operands);
    }
    if (const auto found = passed_.find(&node); found != passed_.end()) return {inputs[found->second]};
    return rebuild(node, inputs);
  }

  const Options& options_;
  Readers readers_;
  std::unordered_map<const Node*, Joined> joined_;       // by the normalization
  std::unordered_map<const Node*, std::size_t> passed_;  // sums and relus taken along: which input they give
  std::unordered_set<const Node*> residuals_;
  std::unordered_map<const Node*, Tensors> made_;  // the residuals, rewritten
};

Graph rewrite_all(const Graph& graph, const Options& options) {
  NormRelu pattern(graph, options);
  return pattern.found() ? rewrite(graph, std::ref(pattern)) : graph;
}

const RegisteredPattern registered_norm_relu(
    {.name = "norm_relu",
     .purpose = "joins batch normalization, residual sum and relu where a kernel does all",
     .stage = Stage::before_autocast,
     .order = 20,
     .enabled = [](const Graph&,
                   const Options& options) { return has_kernel(*batch_norm_relu({}), options); },
     .rewrite = rewrite_all});

}  // namespace
}  // namespace luge::compiler
