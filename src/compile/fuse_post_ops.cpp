// Makes elementwise consumers post-ops of the kernel that feeds them, as many as a candidate accepts, when
// nothing else reads what comes in between.
#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "compile/edge.h"
#include "compile/kernel_choice.h"
#include "compile/passes.h"
#include "compile/post_ops.h"
#include "graph/scopes.h"

namespace luge::compiler {
namespace {

constexpr std::size_t longest = 4;

struct Consumer {
  Node* node;
  int operand;  // which of its inputs is not the chain, or -1
};

class PostOpFuser {
 public:
  PostOpFuser(const Graph& graph, const Options& options) : options_(options) {
    const std::vector<Node*> nodes = topological(graph.roots);
    for (const Tensor& root : graph.roots) users_[root.node()].push_back(nullptr);
    for (Node* node : nodes) {
      for (const Edge& edge : node->inputs) users_[edge.node].push_back(node);
    }
    for (Node* node : nodes) {
      if (node->leaf == Leaf::none && node->op->instruction() == Instruction::none &&
          !absorbed_.contains(node))
        fuse(*node);
    }
  }

  Tensors operator()(Node& node, const Tensors& inputs) {
    if (const auto head = heads_.find(&node); head != heads_.end()) return combine(head->second, inputs);
    if (absorbed_.contains(&node)) {
      given_[&node] = inputs;
      return Tensors(node.outputs.size());  // only the head of the chain asks
    }
    return rebuild(node, inputs);
  }

 private:
  struct PostOpChain {
    Node* producer;
    std::vector<Consumer> consumers;
  };

  Node* only_user(const Node& node) {
    const std::vector<Node*>& users = users_[&node];
    return users.size() == 1 ? users[0] : nullptr;
  }

  // The other operand must not need the chain: everything between would have to run first.
  static bool depends(const Node* operand, const Node* producer) {
    std::vector<const Node*> stack = {operand};
    std::unordered_set<const Node*> seen;
    while (!stack.empty()) {
      const Node* node = stack.back();
      stack.pop_back();
      if (node == producer || seen.size() > 256) return true;
      if (node->sequence < producer->sequence || !seen.insert(node).second) continue;
      for (const Edge& edge : node->inputs) stack.push_back(edge.node);
    }
    return false;
  }

  // The node as a post-op of what comes before it, if it can be one.
  static std::optional<Consumer> consumer_of(Node& node, const Node& before, const Node& producer) {
    const Instruction instruction = node.op->instruction();
    const bool same = node.outputs.size() == 1 && node.outputs[0].type == producer.outputs[0].type;
    const int count = instruction == Instruction::none ? 0 : arity(instruction);
    if (!same || count < 1 || count > 2 || instruction == Instruction::random_uniform) return std::nullopt;
    if (count == 1) return Consumer{&node, -1};
    const bool first = node.inputs[0].node == &before, second = node.inputs[1].node == &before;
    if (first == second || (second && !commutes(instruction))) return std::nullopt;
    const int other = first ? 1 : 0;
    if (depends(node.inputs[static_cast<std::size_t>(other)].node, &producer)) return std::nullopt;
    return Consumer{&node, other};
  }

  void fuse(Node& producer) {
    if (!has_kernel(*producer.op, options_)) return;
    PostOpChain chain{&producer, {}};
    const Node* before = &producer;
    while (chain.consumers.size() < longest) {
      Node* user = only_user(*before);
      if (!user || taken(user) || user->barrier != producer.barrier) break;
      const std::optional<Consumer> next = consumer_of(*user, *before, producer);
      if (!next) break;
      chain.consumers.push_back(*next);
      before = user;
    }
    for (; !chain.consumers.empty(); chain.consumers.pop_back()) {
      if (!accepted(chain)) continue;
      absorbed_.insert(&producer);
      for (std::size_t i = 0; i + 1 < chain.consumers.size(); ++i) absorbed_.insert(chain.consumers[i].node);
      Node* head = chain.consumers.back().node;
      heads_.emplace(head, std::move(chain));
      return;
    }
  }

  // Part of another chain already: a sum of two products folds into one of them.
  bool taken(const Node* node) const { return absorbed_.contains(node) || heads_.contains(node); }

  static std::vector<PostOp> post_ops(const PostOpChain& chain) {
    std::vector<PostOp> post;
    int next = static_cast<int>(chain.producer->inputs.size());
    for (const Consumer& consumer : chain.consumers)
      post.push_back({consumer.node->op->instruction(), consumer.operand < 0 ? -1 : next++});
    return post;
  }

  bool accepted(const PostOpChain& chain) const {
    std::vector<bool> used(chain.producer->outputs.size(), false);
    used[0] = true;
    Question question = question_of(*chain.producer, std::move(used));
    for (const Consumer& consumer : chain.consumers) {
      if (consumer.operand < 0) continue;
      const Edge& edge = consumer.node->inputs[static_cast<std::size_t>(consumer.operand)];
      question.in.push_back(type_of(edge));
    }
    question.post = post_ops(chain);
    return choose(question, options_).offer.accepted();
  }

  Tensors combine(const PostOpChain& chain, const Tensors& head_inputs) {
    Tensors inputs = given_.at(chain.producer);
    std::vector<OpRef> ops;
    for (const Consumer& consumer : chain.consumers) {
      const bool is_head = consumer.node == chain.consumers.back().node;
      const Tensors& operands = is_head ? head_inputs : given_.at(consumer.node);
      if (consumer.operand >= 0) inputs.push_back(operands[static_cast<std::size_t>(consumer.operand)]);
      ops.push_back(consumer.node->op);
    }
    const std::size_t own = chain.producer->inputs.size();
    const InScope scope(*chain.producer);
    OpRef op = with_post_ops(chain.producer->op, own, post_ops(chain), std::move(ops));
    return {replace(*chain.producer, std::move(op), inputs)[0]};
  }

  const Options& options_;
  std::unordered_map<const Node*, std::vector<Node*>> users_;  // null: a root
  std::unordered_set<const Node*> absorbed_;
  std::unordered_map<const Node*, PostOpChain> heads_;  // by the last consumer
  std::unordered_map<const Node*, Tensors> given_;
};

}  // namespace

Graph fuse_post_ops(const Graph& graph, const Options& options) {
  return rewrite(graph, PostOpFuser(graph, options));
}

}  // namespace luge::compiler
