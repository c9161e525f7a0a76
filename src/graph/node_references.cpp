// References between nodes: who keeps a node alive, how a graph dies, and how a node releases its inputs.
#include <utility>

#include "graph/node.h"
#include "graph/node_parts.h"

namespace luge {

void retain(Node* node) { node->refs.fetch_add(1, std::memory_order_relaxed); }

void release(Node* node) {
  if (node->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // A chain of a hundred thousand nodes dies here: a list instead of recursion, linked through the dead nodes
  // themselves, for nothing may fail where things end.
  thread_local Node* dying = nullptr;
  thread_local bool clearing = false;
  node->next_dying = std::exchange(dying, node);
  if (clearing) return;
  clearing = true;
  while (dying) {
    Node* next = std::exchange(dying, dying->next_dying);
    for (const Edge& edge : next->inputs) release(edge.node);
    if (next->grad_root) forget_grad_root(next);
    delete next;  // a read's slot may release further nodes: they join the list
  }
  clearing = false;
}

void cut(Node* node) {
  if (node->cut || node->leaf != Leaf::none) return;
  node->cut = true;
  InlineVector<Edge, 3> inputs = std::move(node->inputs);
  node->inputs.clear();
  for (const Edge& edge : inputs) release(edge.node);
}

}  // namespace luge
