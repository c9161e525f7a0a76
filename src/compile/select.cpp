// A walk forward in which every request carries the layouts its inputs have now. State is free in the first
// walk; then each slot gets the one layout in which its next value is written, and the second walk asks again
// where that makes a difference.
#include "compile/select.h"

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
    selection.nodes = std::move(asked_);
    return selection;
  }

 private:
  struct Made {
    LayoutId layout = public_layout;
    bool on_host = false;
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
      layouts[static_cast<std::size_t>(graph_.replaces[r])] =
          or_public(layout_on(false, {root.node(), root.output()}));
    }
    return layouts;
  }

  void walk(const std::vector<LayoutId>& leaves) {
    made_.clear();
    wishes_.clear();
    for (std::size_t k = 0; k < leaves.size(); ++k) {
      const Node* leaf = graph_.leaves[k].node();
      made_[{leaf, graph_.leaves[k].output()}] = {leaves[k], is_on_host(*leaf, options_)};
    }
    for (Node* node : order_) visit(*node);
  }

  // Types and constants are public and on both sides.
  Made made(const Edge& edge) const {
    const auto found = made_.find({edge.node, edge.out});
    return found == made_.end() ? Made() : found->second;
  }

  // In which layout a value is on the device or on the host: what comes from the other side comes public.
  LayoutId layout_on(bool host, const Edge& edge) const {
    const Made from = made(edge);
    return from.on_host == host ? from.layout : public_layout;
  }

  void visit(Node& node) {
    if (is_alias(node)) {
      const bool on_host = made(node.inputs[0]).on_host;
      wish(node.inputs[0], public_layout);
      made_[{&node, 0}] = {public_layout, on_host};
      return;
    }
    const StepChoice& step = ask(node);
    for (std::size_t k = 0; k < node.inputs.size() && !step.on_host; ++k)
      wish(node.inputs[k], wanted_by(step.choice, k));
    for (std::size_t k = 0; k < node.outputs.size(); ++k)
      made_[{&node, static_cast<int>(k)}] = {made_by(step.choice, k), step.on_host};
  }

  // A free leaf remembers what its first user asked for.
  void wish(const Edge& edge, LayoutId wanted) {
    if (made(edge).layout != any_layout) return;
    LayoutId& wish = wishes_.try_emplace({edge.node, edge.out}, any_layout).first->second;
    if (wish == any_layout) wish = wanted;
  }

  // Asking makes primitives: the second walk asks again only where the layouts differ from what was agreed.
  const StepChoice& ask(const Node& node) {
    const auto layouts = [&](bool on_host) {
      std::vector<LayoutId> now;
      for (const Edge& edge : node.inputs) now.push_back(layout_on(on_host, edge));
      return now;
    };
    StepChoice& asked = asked_[&node];
    if (asked.choice.offer.kernel && still_holds(asked, layouts(asked.on_host))) return asked;
    std::vector<bool> used;
    for (std::size_t k = 0; k < node.outputs.size(); ++k)
      used.push_back(used_.contains({&node, static_cast<int>(k)}));
    return asked = choose_step(question_of(node, std::move(used)), layouts, options_);
  }

  static bool still_holds(const StepChoice& asked, const std::vector<LayoutId>& now) {
    for (std::size_t k = 0; k < now.size(); ++k) {
      const bool agreed = asked.layouts[k] == any_layout && now[k] == wanted_by(asked.choice, k);
      if (asked.layouts[k] != now[k] && !agreed) return false;
    }
    return true;
  }

  const Graph& graph_;
  const std::vector<Node*>& order_;
  const Options& options_;
  OutputMap<bool> used_;
  OutputMap<Made> made_;        // of each value
  OutputMap<LayoutId> wishes_;  // of free leaves
  std::unordered_map<const Node*, StepChoice> asked_;
};

}  // namespace

Selection select(const Graph& graph, const std::vector<Node*>& order, const Options& options) {
  return Selector(graph, order, options).run();
}

}  // namespace luge::compiler
