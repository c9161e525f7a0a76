// A walk forward in which every request carries the layouts its inputs have now. State is free in the first
// walk; then each slot gets the one layout in which its next value is written, and the second walk asks again
// where that makes a difference.
#include "compile/select.h"

#include <fmt/format.h>

#include <algorithm>

#include "compile/edge.h"

namespace luge::compiler {
namespace {

class Selector {
 public:
  Selector(const Graph& graph, const std::vector<Node*>& order, const Options& options)
      : graph_(graph), order_(order), options_(options) {
    for (const Tensor& root : graph.roots) used_[{root.node(), root.output()}] = true;
    for (Node* node : order) {
      for (const Edge& edge : node->inputs) used_[{edge.node, edge.out}] = true;
    }
  }

  Selection run() {
    std::vector<LayoutId> leaves = free_leaves();
    if (std::count(leaves.begin(), leaves.end(), any_layout) != 0) {
      walk(leaves);
      leaves = decided();
    }
    walk(leaves);
    Selection selection{std::move(leaves), {}};
    for (auto& [node, asked] : asked_) selection.nodes.emplace(node, std::move(asked.answer));
    return selection;
  }

 private:
  struct Asked {
    std::vector<LayoutId> layouts;
    NodeSelection answer;
  };

  // any_layout: ours to choose. State is, and so is what binding keeps packed from call to call (reads).
  std::vector<LayoutId> free_leaves() const {
    std::vector<LayoutId> layouts(graph_.leaves.size(), public_layout);
    for (std::size_t k = 0; k < layouts.size(); ++k) {
      if (graph_.leaves[k].node()->leaf == Leaf::read) layouts[k] = any_layout;
    }
    for (int leaf : graph_.replaces) {
      if (leaf >= 0) layouts[static_cast<std::size_t>(leaf)] = any_layout;
    }
    return layouts;
  }

  // After the free walk: a slot takes the layout of its update, other leaves that of their first user.
  std::vector<LayoutId> decided() const {
    const auto or_public = [](LayoutId layout) { return layout == any_layout ? public_layout : layout; };
    std::vector<LayoutId> layouts = free_leaves();
    for (std::size_t k = 0; k < layouts.size(); ++k) {
      if (layouts[k] != any_layout) continue;
      const auto wish = wishes_.find({graph_.leaves[k].node(), graph_.leaves[k].output()});
      layouts[k] = wish == wishes_.end() ? public_layout : or_public(wish->second);
    }
    for (std::size_t r = 0; r < graph_.roots.size(); ++r) {
      if (graph_.replaces[r] < 0) continue;
      const Tensor& root = graph_.roots[r];
      layouts[static_cast<std::size_t>(graph_.replaces[r])] = or_public(made({root.node(), root.output()}));
    }
    return layouts;
  }

  void walk(const std::vector<LayoutId>& leaves) {
    made_.clear();
    wishes_.clear();
    for (std::size_t k = 0; k < leaves.size(); ++k)
      made_[{graph_.leaves[k].node(), graph_.leaves[k].output()}] = leaves[k];
    for (Node* node : order_) visit(*node);
  }

  // Types and constants are public.
  LayoutId made(const Edge& edge) const {
    const auto found = made_.find({edge.node, edge.out});
    return found == made_.end() ? public_layout : found->second;
  }

  void visit(Node& node) {
    if (is_alias(node)) {
      wish(node.inputs[0], public_layout);
      made_[{&node, 0}] = public_layout;
      return;
    }
    const Choice& choice = ask(node).choice;
    for (std::size_t k = 0; k < node.inputs.size(); ++k) wish(node.inputs[k], wanted_by(choice, k));
    for (std::size_t k = 0; k < node.outputs.size(); ++k)
      made_[{&node, static_cast<int>(k)}] = made_by(choice, k);
  }

  // A free leaf remembers what its first user asked for.
  void wish(const Edge& edge, LayoutId wanted) {
    if (made(edge) != any_layout) return;
    LayoutId& wish = wishes_.try_emplace({edge.node, edge.out}, any_layout).first->second;
    if (wish == any_layout) wish = wanted;
  }

  // Asking makes primitives: the second walk asks again only where the layouts differ from what was agreed.
  const NodeSelection& ask(const Node& node) {
    std::vector<LayoutId> now;
    for (const Edge& edge : node.inputs) now.push_back(made(edge));
    Asked& asked = asked_[&node];
    if (asked.answer.choice.offer.kernel && still_holds(asked, now)) return asked.answer;
    std::vector<bool> used;
    for (std::size_t k = 0; k < node.outputs.size(); ++k)
      used.push_back(used_.contains({&node, static_cast<int>(k)}));
    asked.answer = choose_or_reference(question_of(node, std::move(used)), now);
    asked.layouts = std::move(now);
    return asked.answer;
  }

  static bool still_holds(const Asked& asked, const std::vector<LayoutId>& now) {
    for (std::size_t k = 0; k < now.size(); ++k) {
      const bool agreed = asked.layouts[k] == any_layout && now[k] == wanted_by(asked.answer.choice, k);
      if (asked.layouts[k] != now[k] && !agreed) return false;
    }
    return true;
  }

  NodeSelection choose_or_reference(Question question, const std::vector<LayoutId>& now) const {
    Choice choice = choose(question, now, options_);
    if (choice.offer.accepted()) return {std::move(choice), std::move(question.out_used)};
    // What a kernel gives only together with something else is had by giving that memory too.
    if (std::count(question.out_used.begin(), question.out_used.end(), false) != 0) {
      Question whole = question;
      whole.out_used.assign(question.out_used.size(), true);
      Choice more = choose(whole, now, options_);
      if (more.offer.accepted()) return {std::move(more), std::move(whole.out_used)};
    }
    const KernelRequest request{*question.op,      question.in,   question.out,  now,
                                question.out_used, question.post, options_.math, options_.threads};
    const Kernel& reference = *reference_backend().candidates(question.op->name()).back();
    choice.offer = reference.offer(request);
    choice.kernel = reference.name();
    if (!choice.offer.accepted()) {
      choice.refusals.push_back(fmt::format("{}: {}", choice.kernel, choice.offer.refusal));
      throw GraphError(fmt::format("{}: backend '{}' has no kernel that takes it ({})", question.op->name(),
                                   options_.backend->name(), fmt::join(choice.refusals, "; ")));
    }
    return {std::move(choice), std::move(question.out_used)};
  }

  const Graph& graph_;
  const std::vector<Node*>& order_;
  const Options& options_;
  OutputMap<bool> used_;
  OutputMap<LayoutId> made_;    // in which each value is made
  OutputMap<LayoutId> wishes_;  // of free leaves
  std::unordered_map<const Node*, Asked> asked_;
};

}  // namespace

Selection select(const Graph& graph, const std::vector<Node*>& order, const Options& options) {
  return Selector(graph, order, options).run();
}

}  // namespace luge::compiler
