#include "compile/fuse_group.h"

#include "compile/fuse_cost.h"
#include "compile/fuse_legality.h"
#include "core/index.h"

namespace luge::compiler {
namespace {

constexpr std::size_t kMostMembers = 48;
constexpr std::size_t kMostOperands = 20;
constexpr int kMostOutputs = 8;

}  // namespace

FuseGroup::FuseGroup(FuseGraph& graph, int root)
    : graph_(graph), root_(root), position_(static_cast<int>(graph.groups.size())) {
  RootSpace own = space_of_root(*graph.nodes[at(root)], graph.kinds[at(root)]);
  space_ = std::move(own.space);
  insert(root, own.map, false);
}

void FuseGroup::insert(int node, const AxisMap& map, bool copy) {
  members_[node] = {map, copy};
  operands_.erase(node);
  if (!copy) {
    graph_.group[at(node)] = position_;
    has_guarded_ |= graph_.guarded[at(node)];
    overwrites_ |= graph_.overwrites[at(node)];
  }
  if (graph_.kinds[at(node)] == FuseKind::number) return;
  for (const Edge& edge : graph_.nodes[at(node)]->inputs) {
    const int from = graph_.position(edge);
    if (from < 0 || members_.contains(from)) continue;
    operands_.insert(from);
    if (graph_.kinds[at(from)] != FuseKind::none) candidates_.insert(from);
  }
}

void FuseGroup::grow() {
  while (!candidates_.empty()) {
    const int node = *candidates_.rbegin();  // all its users that could join have been asked
    candidates_.erase(node);
    consider(node);
  }
  std::vector<int> own;
  for (const auto& [node, member] : members_) {
    if (!member.copy) own.push_back(node);
  }
  graph_.groups.push_back(std::move(own));
}

std::optional<AxisMap> FuseGroup::map_of_input(int member, std::size_t input) const {
  return compiler::map_of_input(*graph_.nodes[at(member)], graph_.kinds[at(member)], input, space_,
                                members_.at(member).map);
}

AxisSet FuseGroup::axes_of_member(int member) const {
  return axes_of(graph_.type(member), members_.at(member).map);
}

// A node whose value is needed outside is copied, or becomes an output.
FuseGroup::Joining FuseGroup::joining(int node, const AxisMap& map) const {
  const FuseKind kind = graph_.kinds[at(node)];
  const bool mine = graph_.group[at(node)] < 0 && runs_at_the_same_time(*this, node);
  if (mine && is_read_only_inside(*this, node)) return {Joins::inside, {}};
  if (copies_.contains(node) || kind == FuseKind::view) return {Joins::as_copy, {}};
  if (kind == FuseKind::map && is_cheap(*graph_.nodes[at(node)])) {
    if (auto copies = copies_for(*this, node)) return {Joins::as_copy, std::move(*copies)};
  }
  const AxisSet axes = axes_of(graph_.type(node), map);
  const bool is_written_once = axes == space_.whole() || (space_.reduced != 0 && axes == space_.kept());
  const bool may_be_output = mine && is_written_once && outputs_ < kMostOutputs;
  return {may_be_output && !is_reachable_from_outside(*this, node) ? Joins::as_output : Joins::not_at_all,
          {}};
}

// Axes that were added have moved the others.
void FuseGroup::move_to(const WiderSpace& wider) {
  space_ = wider.space;
  for (auto& [member, entry] : members_) {
    for (int& axis : entry.map) {
      if (axis >= 0) axis = wider.moved[at(axis)];
    }
  }
}

void FuseGroup::consider(int node) {
  const Node& candidate = *graph_.nodes[at(node)];
  const FuseKind kind = graph_.kinds[at(node)];
  if (members_.size() >= kMostMembers || operands_.size() >= kMostOperands) return;
  if (kind == FuseKind::number) return insert(node, {}, true);
  std::optional<AxisMap> map = map_from_readers(*this, node);
  if (!map) return;
  const bool is_reduction = kind == FuseKind::reduce && combines(candidate);
  if (!is_reduction) {
    std::optional<FuseSpace> space = space_that_fits(*this, node, *map);
    if (!space) return;
    space_ = std::move(*space);  // also where the node stays outside: the group walks rows of it from here on
  }
  const bool is_random = candidate.op->instruction() == Instruction::random_uniform;
  if (is_random && axes_of(graph_.type(node), *map) != space_.whole()) return;
  const auto [joins, copies] = joining(node, *map);
  if (joins == Joins::not_at_all) return;
  if (is_reduction) {
    const auto wider = joins == Joins::as_copy ? std::nullopt : space_with_reduction(*this, node, *map);
    if (!wider) return;
    move_to(*wider);
    map = map_from_readers(*this, node);
  }
  outputs_ += joins == Joins::as_output ? 1 : 0;
  copies_.insert(copies.begin(), copies.end());
  insert(node, *map, joins == Joins::as_copy);
}

}  // namespace luge::compiler
