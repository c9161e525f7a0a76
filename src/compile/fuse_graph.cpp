#include "compile/fuse_graph.h"
#include "compile/edge.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "ops/attributes/count.h"
#include "ops/attributes/reduce.h"

namespace luge::compiler {
namespace {

bool same_but_ones(const Shape& a, const Shape& b) {
  std::vector<std::int64_t> x, y;
  std::copy_if(a.begin(), a.end(), std::back_inserter(x), [](std::int64_t extent) { return extent != 1; });
  std::copy_if(b.begin(), b.end(), std::back_inserter(y), [](std::int64_t extent) { return extent != 1; });
  return x == y;
}

FuseKind kind_of(const Node& node) {
  if (node.leaf != Leaf::none || node.outputs.size() != 1) return FuseKind::none;
  if (node.op->attributes<CountAttributes>()) return FuseKind::number;
  if (node.op->traits().reduction && node.op->attributes<ReduceAttributes>()) return FuseKind::reduce;
  if (node.op->instruction() != Instruction::none) return FuseKind::map;
  if (!node.op->traits().alias) return FuseKind::none;
  const Edge& edge = node.inputs[0];
  const Type& in = type_of(edge);
  return same_but_ones(in.shape, node.outputs[0].type.shape) ? FuseKind::view : FuseKind::none;
}

}  // namespace

bool is_cheap(const Node& node) {
  const Instruction instruction = node.op->instruction();
  if (instruction == Instruction::none) return false;
  if (instruction == Instruction::div) {  // by a number
    const Edge& edge = node.inputs[1];
    return type_of(edge).shape.rank() == 0;
  }
  return row(instruction).cost == InstructionCost::cheap;
}

FuseGraph::FuseGraph(std::span<const Tensor> leaves, std::span<const Tensor> roots,
                     std::span<const int> replaces) {
  for (const Tensor& leaf : leaves) bound_.insert(leaf.node());
  for (Node* node : topological(roots)) {
    if (node->leaf != Leaf::none) continue;
    positions_[node] = static_cast<int>(nodes.size());
    nodes.push_back(node);
    kinds.push_back(kind_of(*node));
  }
  users.resize(nodes.size());
  is_root.resize(nodes.size());
  group.assign(nodes.size(), -1);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (std::size_t k = 0; k < nodes[i]->inputs.size(); ++k) {
      const int from = position(nodes[i]->inputs[k]);
      if (from >= 0) users[at(from)].push_back({static_cast<int>(i), static_cast<int>(k)});
    }
  }
  find_guarded();
  overwrites.resize(nodes.size());
  for (std::size_t r = 0; r < roots.size(); ++r) {
    const auto found = positions_.find(roots[r].node());
    if (found == positions_.end()) continue;
    const std::size_t node = at(found->second);
    is_root[node] = true;
    if (!replaces.empty() && replaces[r] >= 0 && !guarded[node]) overwrites[node] = true;
  }
  needed = is_root;
}

void FuseGraph::find_guarded() {
  guarded.resize(nodes.size());
  for (std::size_t i = nodes.size(); i-- > 0;) {
    if (!guarded[i] && !nodes[i]->op->traits().can_fail) continue;
    for (const Edge& edge : nodes[i]->inputs) {
      if (const int from = position(edge); from >= 0) guarded[at(from)] = true;
    }
  }
}

int FuseGraph::position(const Edge& edge) const {
  const auto found = positions_.find(edge.node);
  return found == positions_.end() ? -1 : found->second;
}

bool FuseGraph::is_number(const Edge& edge) const {
  constexpr double exact = 9007199254740992;  // 2^53
  const Node& node = *edge.node;
  return node.leaf == Leaf::scalar && !bound_.contains(&node) && std::abs(node.scalar_value()) < exact;
}

}  // namespace luge::compiler
