#include <algorithm>
#include <mutex>

#include "graph/node.h"
#include "runtime/eval.h"

namespace luge {
namespace {

// total += loss, with the step of this loss still to come: the newest links are kept, the ones before are
// free.
constexpr std::size_t newest_links = 8;

// Whether a trainable Variable's present reading lies upstream: then the history must stay.
bool history_is_kept(const Tensor& tensor) {
  if (!tensor.node()->requires_grad) return false;
  const Tensor root[] = {tensor};
  const auto nodes =
      topological(root, [](const Node* node) { return node->leaf == Leaf::none && node->cut; });
  return std::any_of(nodes.begin(), nodes.end(),
                     [](const Node* node) { return node->leaf != Leaf::none && node->requires_grad; });
}

std::uint32_t chain_length(const Edge& end) { return end.node->pending.load(std::memory_order_relaxed); }

Tensor longest_input(const Node& node) {
  const auto longest =
      std::max_element(node.inputs.begin(), node.inputs.end(),
                       [](const Edge& a, const Edge& b) { return chain_length(a) < chain_length(b); });
  return {longest->node, longest->out};
}

void count_length(Node& node) {
  std::uint32_t length = 0;
  for (const Edge& edge : node.inputs) length = std::max(length, chain_length(edge));
  node.pending.store(length + 1, std::memory_order_relaxed);
}

}  // namespace

void shorten_chain(const Tensor& end) {
  const std::lock_guard lock(engine_mutex());
  Tensor chain = end;
  std::vector<Node*> links;
  while (history_is_kept(chain)) {
    Node* node = chain.node();
    if (links.size() == newest_links || node->inputs.empty()) return;
    links.push_back(node);
    chain = longest_input(*node);
  }
  const Tensor wanted[] = {chain};
  evaluate(wanted);
  for (std::size_t i = links.size(); i-- > 0;) count_length(*links[i]);
}

}  // namespace luge
