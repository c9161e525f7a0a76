// Fused steps that have nothing to do with each other as one step: the updates of all parameters, and the
// sums over all gradients that clipping needs. One parallel region then serves them all, however small each
// is, and what is computed for all of them alike (rates, corrections of bias) is computed once.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>

#include "compile/build_order.h"
#include "compile/edge.h"
#include "compile/hoist_scalars.h"
#include "compile/kernel_choice.h"
#include "compile/passes.h"
#include "graph/scopes.h"
#include "ops/attributes/fused.h"

namespace luge::compiler {
namespace {

// Gradients that would be freed after their update are kept until all are there: no more bytes than these.
constexpr std::size_t kHeldBytes = 16 << 20;
constexpr std::size_t kMostVisits = 20000;  // in the search for steps that depend on each other

const FusedAttributes* fused(const Node& node) {
  return node.leaf == Leaf::none ? node.op->attributes<FusedAttributes>() : nullptr;
}

class MultiTensorUpdate {
 public:
  explicit MultiTensorUpdate(const Graph& graph) : given_(graph) {
    for (Node* node : topological(graph.roots)) {
      if (node->leaf != Leaf::none) continue;
      positions_[node] = static_cast<int>(nodes_.size());
      nodes_.push_back(node);
    }
    users_.resize(nodes_.size());
    for (int n = 0; n < count(); ++n) {
      for (const Edge& edge : nodes_[at(n)]->inputs) {
        if (const int from = position(edge.node); from >= 0) users_[at(from)].insert(n);
      }
    }
    unit_.assign(nodes_.size(), -1);
  }

  Graph run() {
    collect(updates());
    for (const std::vector<int>& sums : sums_of_one_kind()) collect(independent(sums));
    if (units_.empty()) return given_;
    for (int n = 0; n < count(); ++n) {
      if (unit_[at(n)] < 0) collect({n}, 1);
    }
    build();
    Tensors roots;
    for (const Tensor& root : given_.roots) roots.push_back(made({root.node(), root.output()}));
    return {given_.leaves, std::move(roots), given_.replaces};
  }

 private:
  int count() const { return static_cast<int>(nodes_.size()); }
  int position(const Node* node) const {
    const auto found = positions_.find(node);
    return found == positions_.end() ? -1 : found->second;
  }

  void collect(std::vector<int> members, std::size_t least = 2) {
    if (members.size() < least) return;
    std::sort(members.begin(), members.end());
    for (int n : members) unit_[at(n)] = static_cast<int>(units_.size());
    units_.push_back(std::move(members));
  }

  // Elementwise steps of which nothing but state is kept. The smallest first, as far as their gradients may
  // be held.
  std::vector<int> updates() const {
    std::set<const Node*> state;
    for (std::size_t r = 0; r < given_.roots.size(); ++r) {
      if (given_.replaces[r] >= 0) state.insert(given_.roots[r].node());
    }
    std::vector<std::pair<std::size_t, int>> found;
    for (int n = 0; n < count(); ++n) {
      const FusedAttributes* attributes = fused(*nodes_[at(n)]);
      if (!attributes || attributes->reduced != 0 || !users_[at(n)].empty()) continue;
      if (state.contains(nodes_[at(n)])) found.emplace_back(held_by(n), n);
    }
    std::sort(found.begin(), found.end());
    std::vector<int> members;
    std::size_t held = 0;
    for (const auto& [bytes, n] : found) {
      if ((held += bytes) > kHeldBytes) break;
      members.push_back(n);
    }
    return members;
  }

  // What only this step keeps alive.
  std::size_t held_by(int n) const {
    std::size_t bytes = 0;
    for (const Edge& edge : nodes_[at(n)]->inputs) {
      const int from = position(edge.node);
      if (from >= 0 && users_[at(from)].size() == 1) bytes += bytes_of(type_of(edge));
    }
    return bytes;
  }

  // Steps that reduce a space to one number by the same lines.
  std::vector<std::vector<int>> sums_of_one_kind() const {
    std::map<std::vector<std::int64_t>, std::vector<int>> kinds;
    for (int n = 0; n < count(); ++n) {
      const FusedAttributes* attributes = fused(*nodes_[at(n)]);
      const bool one = attributes && attributes->reduced != 0 && nodes_[at(n)]->outputs.size() == 1 &&
                       nodes_[at(n)]->outputs[0].type.shape.elements() == 1;
      if (one) kinds[attributes->lines].push_back(n);
    }
    std::vector<std::vector<int>> lists;
    for (auto& [lines, list] : kinds) lists.push_back(std::move(list));
    return lists;
  }

  // Those of the list that none of the others leads to.
  std::vector<int> independent(const std::vector<int>& list) const {
    const std::set<int> members(list.begin(), list.end());
    std::vector<bool> seen(nodes_.size(), false);
    std::vector<int> open(list.begin(), list.end()), result;
    std::set<int> reached;
    std::size_t visits = 0;
    while (!open.empty()) {
      const int n = open.back();
      open.pop_back();
      for (int user : users_[at(n)]) {
        if (++visits > kMostVisits) return {};
        if (members.contains(user)) reached.insert(user);
        if (seen[at(user)]) continue;
        seen[at(user)] = true;
        open.push_back(user);
      }
    }
    std::copy_if(list.begin(), list.end(), std::back_inserter(result),
                 [&](int n) { return !reached.contains(n); });
    return result;
  }

  Tensor made(const Edge& edge) const {
    const auto found = made_.find(edge.node);
    return found == made_.end() ? Tensor(edge.node, edge.out) : found->second[at(edge.out)];
  }

  void build() {
    std::vector<BuildUnit> order;
    for (std::size_t u = 0; u < units_.size(); ++u) {
      BuildUnit& next = order.emplace_back(BuildUnit{units_[u].back(), {}});
      for (int n : units_[u]) {
        for (const Edge& edge : nodes_[at(n)]->inputs) {
          if (const int from = position(edge.node); from >= 0) next.after.push_back(unit_[at(from)]);
        }
      }
    }
    for (int u : build_order(order, "multi_tensor_update")) make(units_[at(u)]);
  }

  void make(const std::vector<int>& members) {
    if (members.size() == 1) {
      Node& node = *nodes_[at(members[0])];
      Tensors inputs;
      for (const Edge& edge : node.inputs) inputs.push_back(made(edge));
      made_[&node] = rebuild(node, inputs);
      return;
    }
    const InScope scope(*nodes_[at(members.back())]);
    std::vector<FusedPart> parts;
    for (int n : members) {
      FusedPart part{tile_program(*fused(*nodes_[at(n)])), {}};
      for (const Edge& edge : nodes_[at(n)]->inputs) part.inputs.push_back(made(edge));
      parts.push_back(std::move(part));
    }
    hoist_scalars(parts);
    std::vector<TileProgram> programs;
    Tensors inputs;
    for (FusedPart& part : parts) {
      programs.push_back(std::move(part.program));
      inputs.insert(inputs.end(), part.inputs.begin(), part.inputs.end());
    }
    const Tensors outputs = make_node(fused_parts_op(programs), inputs);
    auto next = outputs.begin();
    for (int n : members) {
      Node& node = *nodes_[at(n)];
      const auto end = next + static_cast<std::ptrdiff_t>(node.outputs.size());
      made_[&node] = Tensors(next, end);
      next = end;
    }
  }

  const Graph& given_;
  std::vector<Node*> nodes_;
  std::unordered_map<const Node*, int> positions_;
  std::vector<std::set<int>> users_;
  std::vector<int> unit_;
  std::vector<std::vector<int>> units_;
  std::unordered_map<const Node*, Tensors> made_;
};

}  // namespace

Graph multi_tensor_update(const Graph& graph, const Options& options) {
  return has_kernel(*fused_parts_op({}), options) ? MultiTensorUpdate(graph).run() : graph;
}

}  // namespace luge::compiler
