#include "compile/pattern.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "graph/scopes.h"

namespace luge::compiler {
namespace {

std::vector<Pattern>& registry() {
  static auto& patterns = *new std::vector<Pattern>;  // never destroyed: static destructors may evaluate
  return patterns;
}

// The ops of the chain that ends at `last`, as they are rewritten; empty when it is not all there.
std::optional<std::vector<Node*>> ops_along(const Chain& chain, const Node& last, const Tensors& inputs,
                                            const Readers& readers) {
  std::vector<Node*> ops;
  const Node* was = &last;
  const Node* now = nullptr;  // the same op in the new graph; null: the last one, which is not made yet
  for (const Link& link : chain.links) {
    const Edge& edge = was->inputs[link.input];
    const bool there = is_output(edge, link.op, link.output) && edge.node->barrier == last.barrier &&
                       (link.shared || readers.only_one(*edge.node));
    if (!there && !link.optional) return std::nullopt;
    ops.push_back(there ? (now ? now->inputs[link.input].node : inputs[link.input].node()) : nullptr);
    if (!there) continue;
    was = edge.node;
    now = ops.back();
  }
  return ops;
}

// The graph with the replacement wherever the chain is found.
Graph rewrite_chains(const Pattern& pattern, const Graph& graph, const Options& options) {
  const auto is_last = [&](const Node* node) { return pattern.chain.last(*node); };
  const std::vector<Node*> nodes = topological(graph.roots);
  if (std::none_of(nodes.begin(), nodes.end(), is_last)) return graph;
  const Readers readers(graph);
  return rewrite(graph, [&](Node& node, const Tensors& inputs) {
    if (is_last(&node)) {
      if (auto ops = ops_along(pattern.chain, node, inputs, readers)) {
        const auto first = std::find_if(ops->rbegin(), ops->rend(), [](Node* op) { return op != nullptr; });
        const InScope scope(first == ops->rend() ? node : **first);  // that of the first op of the chain
        Tensors made = pattern.replacement({node, inputs, std::move(*ops), readers, options});
        if (!made.empty()) return made;
      }
    }
    return rebuild(node, inputs);
  });
}

}  // namespace

RegisteredPattern::RegisteredPattern(const Pattern& pattern) { registry().push_back(pattern); }

std::vector<Pattern> patterns_at(Stage stage) {
  std::vector<Pattern> found;
  std::copy_if(registry().begin(), registry().end(), std::back_inserter(found),
               [&](const Pattern& pattern) { return pattern.stage == stage; });
  std::sort(found.begin(), found.end(), [](const Pattern& a, const Pattern& b) {
    return std::tie(a.order, a.name) < std::tie(b.order, b.name);
  });
  return found;
}

Pass pass_of(const Pattern& pattern) {
  const auto run = [pattern](const Graph& graph, const Options& options) {
    if (pattern.enabled && !pattern.enabled(graph, options)) return graph;
    return pattern.rewrite ? pattern.rewrite(graph, options) : rewrite_chains(pattern, graph, options);
  };
  return {pattern.name, run, pattern.purpose};
}

}  // namespace luge::compiler
