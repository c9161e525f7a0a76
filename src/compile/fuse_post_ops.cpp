// Makes elementwise consumers post-ops of the kernel that feeds them, as many as a candidate accepts, when
// nobody else reads what comes in between.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "compile/edge.h"
#include "compile/kernel_choice.h"
#include "compile/passes.h"
#include "compile/post_ops.h"

namespace luge::compiler {
namespace {

constexpr std::size_t longest = 4;

struct Link {
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
      return Tensors(node.outputs.size());  // nobody but the head of the chain asks
    }
    return rebuild(node, inputs);
  }

 private:
  struct Chain {
    Node* producer;
    std::vector<Link> links;
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

  // The consumer as a post-op of what comes before it; operand -2: it is none.
  static Link link(Node& consumer, const Node& before, const Node& producer) {
    const Instruction instruction = consumer.op->instruction();
    const bool same = consumer.outputs.size() == 1 && consumer.outputs[0].type == producer.outputs[0].type;
    const int count = instruction == Instruction::none ? 0 : arity(instruction);
    if (!same || count < 1 || count > 2 || instruction == Instruction::random_uniform) return {&consumer, -2};
    if (count == 1) return {&consumer, -1};
    const bool first = consumer.inputs[0].node == &before, second = consumer.inputs[1].node == &before;
    if (first == second || (second && !commutes(instruction))) return {&consumer, -2};
    const int other = first ? 1 : 0;
    return {&consumer,
            depends(consumer.inputs[static_cast<std::size_t>(other)].node, &producer) ? -2 : other};
  }

  void fuse(Node& producer) {
    if (options_.backend->candidates(producer.op->name()).empty()) return;
    Chain chain{&producer, {}};
    const Node* before = &producer;
    while (chain.links.size() < longest) {
      Node* user = only_user(*before);
      if (!user || taken(user) || user->barrier != producer.barrier) break;
      const Link next = link(*user, *before, producer);
      if (next.operand == -2) break;
      chain.links.push_back(next);
      before = user;
    }
    for (; !chain.links.empty(); chain.links.pop_back()) {
      if (!accepted(chain)) continue;
      absorbed_.insert(&producer);
      for (std::size_t i = 0; i + 1 < chain.links.size(); ++i) absorbed_.insert(chain.links[i].node);
      Node* head = chain.links.back().node;
      heads_.emplace(head, std::move(chain));
      return;
    }
  }

  // Part of another chain already: a sum of two products folds into one of them.
  bool taken(const Node* node) const { return absorbed_.contains(node) || heads_.contains(node); }

  static std::vector<PostOp> post_ops(const Chain& chain) {
    std::vector<PostOp> post;
    int next = static_cast<int>(chain.producer->inputs.size());
    for (const Link& link : chain.links)
      post.push_back({link.node->op->instruction(), link.operand < 0 ? -1 : next++});
    return post;
  }

  bool accepted(const Chain& chain) const {
    std::vector<bool> used(chain.producer->outputs.size(), false);
    used[0] = true;
    Question question = question_of(*chain.producer, std::move(used));
    for (const Link& link : chain.links) {
      if (link.operand < 0) continue;
      const Edge& edge = link.node->inputs[static_cast<std::size_t>(link.operand)];
      question.in.push_back(type_of(edge));
    }
    question.post = post_ops(chain);
    return choose(question, options_).offer.accepted();
  }

  Tensors combine(const Chain& chain, const Tensors& head_inputs) {
    Tensors inputs = given_.at(chain.producer);
    std::vector<OpRef> ops;
    for (const Link& link : chain.links) {
      const bool is_head = link.node == chain.links.back().node;
      const Tensors& operands = is_head ? head_inputs : given_.at(link.node);
      if (link.operand >= 0) inputs.push_back(operands[static_cast<std::size_t>(link.operand)]);
      ops.push_back(link.node->op);
    }
    const std::size_t own = chain.producer->inputs.size();
    OpRef op = with_post_ops(chain.producer->op, own, post_ops(chain), std::move(ops));
    return {replace(*chain.producer, std::move(op), inputs)[0]};
  }

  const Options& options_;
  std::unordered_map<const Node*, std::vector<Node*>> users_;  // null: a root
  std::unordered_set<const Node*> absorbed_;
  std::unordered_map<const Node*, Chain> heads_;  // by the last consumer
  std::unordered_map<const Node*, Tensors> given_;
};

}  // namespace

Graph fuse_post_ops(const Graph& graph, const Options& options) {
  return rewrite(graph, PostOpFuser(graph, options));
}

}  // namespace luge::compiler
