// The order of steps. By creation (forward, then backward as it was derived), but for three things: a step
// that frees at least what it needs runs at once; a step whose result is wanted only later, and that frees
// nothing, waits; what overwrites state waits for the last reader of the old value and for every step that
// can fail.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "compile/lower.h"

namespace luge::compiler {
namespace {

using Key = std::pair<std::uint64_t, int>;  // when, then by creation

class Scheduler {
 public:
  explicit Scheduler(const Graph& graph) : graph_(graph) {
    for (Node* node : topological(graph.roots)) {
      if (node->leaf == Leaf::none) add(node);
    }
    find_roots();
    find_times();
    find_waits();
  }

  std::vector<Node*> run() {
    for (int n = 0; n < count(); ++n) {
      if (at(n).inputs_left == 0) becomes_ready(n);
    }
    std::vector<Node*> order;
    while (static_cast<int>(order.size()) < count()) {
      const int next = take();
      order.push_back(at(next).node);
      finish(next);
    }
    return order;
  }

 private:
  // Memory that outputs and their reshapes share.
  struct Group {
    std::size_t bytes = 0;
    std::vector<int> readers;
    int left = 0;              // readers that have not run
    bool kept = false;         // a root: never freed
    std::uint64_t latest = 0;  // time of the last reader looked at so far
  };
  struct Item {
    Node* node;
    std::vector<int> reads;   // groups, each once
    std::vector<int> writes;  // group per output; empty for a reshape
    std::vector<int> users;
    int inputs_left = 0;
    int waits = 0;  // soft: for readers of the state it overwrites and for steps that can fail
    bool done = false;
    std::uint64_t when = 0;
    std::vector<int> releases;  // items that wait for this one
  };

  int count() const { return static_cast<int>(items_.size()); }
  Item& at(int n) { return items_[static_cast<std::size_t>(n)]; }
  Group& group(int g) { return groups_[static_cast<std::size_t>(g)]; }

  static std::size_t bytes_of(const Type& type) {
    return (static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype) + 63) / 64 * 64;
  }

  void add(Node* node) {
    const int n = count();
    ids_[node] = n;
    items_.push_back({node, {}, {}, {}, 0, 0, false, node->sequence, {}});
    for (const Edge& edge : node->inputs) {
      const auto producer = ids_.find(edge.node);
      if (producer != ids_.end()) {
        std::vector<int>& users = at(producer->second).users;
        if (users.empty() || users.back() != n) {
          users.push_back(n);
          ++at(n).inputs_left;
        }
      }
      if (edge.node->leaf == Leaf::typed) continue;
      const int g = group_of(edge.node, edge.out);
      std::vector<int>& reads = at(n).reads;
      if (std::find(reads.begin(), reads.end(), g) == reads.end()) {
        reads.push_back(g);
        group(g).readers.push_back(n);
        ++group(g).left;
      }
    }
    const bool alias = node->op->traits().alias && node->outputs.size() == 1;
    for (std::size_t k = 0; k < node->outputs.size(); ++k) {
      const int g = alias ? group_of(node->inputs[0].node, node->inputs[0].out)
                          : new_group(bytes_of(node->outputs[k].type));
      if (!alias) at(n).writes.push_back(g);
      output_groups_[node].push_back(g);
    }
  }

  int new_group(std::size_t bytes) {
    groups_.push_back({bytes, {}, 0, false, 0});
    return static_cast<int>(groups_.size()) - 1;
  }

  int group_of(const Node* node, int out) {
    std::vector<int>& list = output_groups_[node];
    if (list.empty()) {  // a leaf: its memory is not ours to free
      list.push_back(new_group(0));
      group(list[0]).kept = true;
    }
    return list[static_cast<std::size_t>(out)];
  }

  void find_roots() {
    for (const Tensor& root : graph_.roots) group(group_of(root.node(), root.output())).kept = true;
  }

  // Backwards: what frees nothing is not needed before its first reader.
  void find_times() {
    for (int n = count() - 1; n >= 0; --n) {
      Item& item = at(n);
      std::uint64_t first = ~std::uint64_t{0};
      for (int user : item.users) first = std::min(first, at(user).when);
      const bool frees = std::any_of(item.reads.begin(), item.reads.end(),
                                     [&](int g) { return !group(g).kept && group(g).latest < first; });
      if (!item.users.empty() && !frees) item.when = std::max(item.when, first);
      for (int g : item.reads) group(g).latest = std::max(group(g).latest, item.when);
    }
  }

  void find_waits() {
    std::vector<int> guards;
    for (int n = 0; n < count(); ++n) {
      if (at(n).node->op->traits().can_fail) guards.push_back(n);
    }
    for (std::size_t r = 0; r < graph_.roots.size(); ++r) {
      const auto writer = ids_.find(graph_.roots[r].node());
      if (graph_.replaces[r] < 0 || writer == ids_.end()) continue;
      // A step that can fail may write over nothing; were it to wait for readers, those might wait for it.
      if (at(writer->second).node->op->traits().can_fail) continue;
      const Tensor& leaf = graph_.leaves[static_cast<std::size_t>(graph_.replaces[r])];
      for (int reader : group(group_of(leaf.node(), leaf.output())).readers) wait(writer->second, reader);
      for (int guard : guards) wait(writer->second, guard);
    }
  }

  void wait(int writer, int other) {
    if (writer == other) return;
    at(other).releases.push_back(writer);
    ++at(writer).waits;
  }

  // What memory grows by when the item runs next.
  std::int64_t growth(int n) {
    std::int64_t bytes = 0;
    for (int g : at(n).writes) {
      if (!group(g).kept) bytes += static_cast<std::int64_t>(group(g).bytes);
    }
    for (int g : at(n).reads) {
      if (!group(g).kept && group(g).left == 1) bytes -= static_cast<std::int64_t>(group(g).bytes);
    }
    return bytes;
  }

  Key key(int n) { return {at(n).when, n}; }

  void becomes_ready(int n) {
    if (at(n).waits > 0) {
      blocked_.insert(key(n));
    } else {
      ready_.insert(key(n));
      if (growth(n) <= 0) eager_.insert(key(n));
    }
  }

  int take() {
    // Only cycles of waiting are left: the first of them writes next to the old value instead of over it.
    if (ready_.empty()) {
      const Key first = *blocked_.begin();
      blocked_.erase(first);
      ready_.insert(first);
    }
    const Key next = eager_.empty() ? *ready_.begin() : *eager_.begin();
    eager_.erase(next);
    ready_.erase(next);
    return next.second;
  }

  void finish(int n) {
    at(n).done = true;
    for (int g : at(n).reads) {
      if (--group(g).left != 1 || group(g).kept) continue;
      for (int reader : group(g).readers) {  // the last one may free the memory now
        if (!at(reader).done && ready_.contains(key(reader)) && growth(reader) <= 0)
          eager_.insert(key(reader));
      }
    }
    for (int user : at(n).users) {
      if (--at(user).inputs_left == 0) becomes_ready(user);
    }
    for (int writer : at(n).releases) {
      if (--at(writer).waits == 0 && blocked_.erase(key(writer)) != 0) becomes_ready(writer);
    }
  }

  const Graph& graph_;
  std::vector<Item> items_;
  std::vector<Group> groups_;
  std::unordered_map<const Node*, int> ids_;
  std::unordered_map<const Node*, std::vector<int>> output_groups_;
  std::set<Key> ready_, eager_, blocked_;  // eager: part of ready
};

}  // namespace

std::vector<Node*> schedule(const Graph& graph) { return Scheduler(graph).run(); }

}  // namespace luge::compiler
