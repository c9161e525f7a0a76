// Which values gradients were taken of: the next step evaluates them with what it replaces.
#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "graph/node.h"
#include "graph/node_parts.h"

namespace luge {
namespace {

// Not owning: a node leaves the list when it dies.
struct GradRoots {
  struct Entry {
    Node* node;
    int out;
    std::vector<const Node*> targets;  // sorted
    bool has_any_of(std::span<const Node* const> nodes) const {
      return std::any_of(nodes.begin(), nodes.end(), [&](const Node* node) {
        return std::binary_search(targets.begin(), targets.end(), node);
      });
    }
  };
  std::mutex mutex;
  std::vector<Entry> entries;
};
GradRoots& remembered_roots() {
  static GradRoots& roots = *new GradRoots;
  return roots;
}

}  // namespace

void forget_grad_root(const Node* node) {
  GradRoots& roots = remembered_roots();
  const std::lock_guard lock(roots.mutex);
  std::erase_if(roots.entries, [&](const GradRoots::Entry& entry) { return entry.node == node; });
}

void remember_grad_root(const Tensor& root, std::span<const Tensor> targets) {
  if (root.node()->leaf != Leaf::none) return;
  GradRoots::Entry entry{root.node(), root.output(), {}};
  for (const Tensor& target : targets) {
    if (target.node()->leaf == Leaf::read) entry.targets.push_back(target.node());
  }
  if (entry.targets.empty()) return;
  std::sort(entry.targets.begin(), entry.targets.end());
  root.node()->grad_root = true;
  GradRoots& roots = remembered_roots();
  const std::lock_guard lock(roots.mutex);
  roots.entries.push_back(std::move(entry));
}

Tensors grad_roots(std::span<const Node* const> targets) {
  GradRoots& roots = remembered_roots();
  Tensors found;
  const std::lock_guard lock(roots.mutex);
  for (const GradRoots::Entry& entry : roots.entries) {
    const bool known = std::any_of(found.begin(), found.end(), [&](const Tensor& root) {
      return root.node() == entry.node && root.output() == entry.out;
    });
    // A node on its way out has no references left; taking one would bring it back.
    if (!known && entry.has_any_of(targets) && entry.node->refs.load() > 0)
      found.emplace_back(entry.node, entry.out);
  }
  return found;
}

void forget_grad_roots(std::span<const Node* const> targets) {
  GradRoots& roots = remembered_roots();
  const std::lock_guard lock(roots.mutex);
  std::erase_if(roots.entries, [&](const GradRoots::Entry& entry) { return entry.has_any_of(targets); });
}

}  // namespace luge
