// Folds elementwise consumers into the kernel that feeds them, as many as a candidate accepts, when nobody
// else reads what comes in between.
#include "compile/fold.h"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <unordered_set>

#include "compile/kernel_choice.h"
#include "compile/passes.h"

namespace luge::compiler {

Folded::Folded(OpRef inner, std::size_t own, std::vector<PostOp> post, std::vector<OpRef> chain)
    : inner_(std::move(inner)),
      own_(own),
      post_(std::move(post)),
      chain_(std::move(chain)),
      name_(inner_->name()) {
  words_ = inner_->words();
  for (const PostOp& op : post_) {
    name_ += std::string(op.slope == 0 ? "+" : "+leaky_") + std::string(luge::name(op.instruction));
    words_.push_back(static_cast<std::uint64_t>(op.instruction) << 32 |
                     static_cast<std::uint32_t>(op.operand));
    words_.push_back(std::bit_cast<std::uint64_t>(op.slope));
  }
  hash_ = op_detail::hash_name(name_);
  for (std::uint64_t word : words_) fields_detail::mix(hash_, word);
}

Types Folded::infer(const Types& in) const {
  Types own;
  for (std::size_t k = 0; k < own_; ++k) own.push_back(in[k]);
  return inner_->infer(own);
}

Tensors Folded::decompose(const Tensors& in) const {
  Tensors outputs = make_node(inner_, std::span(in).first(own_));
  for (std::size_t i = 0; i < chain_.size(); ++i) {
    Tensors operands = {outputs[0]};
    if (post_[i].operand >= 0) operands.push_back(in[static_cast<std::size_t>(post_[i].operand)]);
    outputs[0] = make_single(chain_[i], operands);
  }
  return outputs;
}

void Folded::fail(const KernelError& error, std::string_view where) const {
  inner_->fail(error, where);
  // Never reached: gcc does not know that a virtual call never returns.
  op_detail::fail_index(name_, error, where);
}

namespace {

constexpr std::size_t longest = 4;

struct Link {
  Node* node;
  int operand;  // which of its inputs is not the chain, or -1
};

class Folder {
 public:
  Folder(const Graph& graph, const Options& options) : options_(options) {
    const std::vector<Node*> nodes = topological(graph.roots);
    for (const Tensor& root : graph.roots) users_[root.node()].push_back(nullptr);
    for (Node* node : nodes) {
      for (const Edge& edge : node->inputs) users_[edge.node].push_back(node);
    }
    for (Node* node : nodes) {
      if (node->leaf == Leaf::none && node->op->instruction() == Instruction::none &&
          !absorbed_.contains(node))
        fold(*node);
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

  void fold(Node& producer) {
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
      question.in.push_back(edge.node->outputs[static_cast<std::size_t>(edge.out)].type);
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
    auto folded = std::make_shared<Folded>(chain.producer->op, own, post_ops(chain), std::move(ops));
    return {replace(*chain.producer, std::move(folded), inputs)[0]};
  }

  const Options& options_;
  std::unordered_map<const Node*, std::vector<Node*>> users_;  // null: a root
  std::unordered_set<const Node*> absorbed_;
  std::unordered_map<const Node*, Chain> heads_;  // by the last consumer
  std::unordered_map<const Node*, Tensors> given_;
};

}  // namespace

Graph fold(const Graph& graph, const Options& options) { return rewrite(graph, Folder(graph, options)); }

}  // namespace luge::compiler
