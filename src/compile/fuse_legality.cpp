#include "compile/fuse_legality.h"
#include "compile/edge.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

namespace luge::compiler {
namespace {

const std::vector<FuseGraph::User>& users_of(const FuseGroup& group, int node) {
  return group.graph().users[at(node)];
}

// What the members compute must still be one value for each element, or for each position of the kept axes.
bool members_allow(const FuseGroup& group, AxisSet reduced) {
  const AxisSet whole = group.space().whole();
  return std::all_of(group.members().begin(), group.members().end(), [&](const auto& entry) {
    const auto& [member, how] = entry;
    const AxisSet axes = group.axes_of_member(member);
    if (how.copy || axes == whole || axes == (whole & ~reduced)) return true;
    return member != group.root() && is_read_only_inside(group, member);
  });
}

bool draws_random_numbers(const FuseGroup& group) {
  return std::any_of(group.members().begin(), group.members().end(), [&](const auto& entry) {
    return group.graph().nodes[at(entry.first)]->op->instruction() == Instruction::random_uniform;
  });
}

}  // namespace

std::optional<AxisMap> map_from_readers(const FuseGroup& group, int node) {
  if (users_of(group, node).size() > kMostVisits) return std::nullopt;
  std::optional<AxisMap> map;
  for (const FuseGraph::User& user : users_of(group, node)) {
    if (!group.members().contains(user.node)) continue;
    const std::optional<AxisMap> seen = group.map_of_input(user.node, at(user.input));
    if (!seen) return std::nullopt;
    map = map ? common_map(group.graph().type(node), *map, *seen) : seen;
    if (!map) return std::nullopt;
  }
  return map;
}

bool is_read_only_inside(const FuseGroup& group, int node) {
  const std::vector<FuseGraph::User>& users = users_of(group, node);
  if (group.graph().needed[at(node)] || users.size() > kMostVisits) return false;
  return std::all_of(users.begin(), users.end(), [&](const FuseGraph::User& user) {
    const auto found = group.members().find(user.node);
    return found != group.members().end() && (!found->second.copy || is_read_only_inside(group, user.node));
  });
}

bool is_reachable_from_outside(const FuseGroup& group, int node) {
  const FuseGraph& graph = group.graph();
  std::vector<int> stack;
  std::unordered_set<int> seen;
  bool found = false;
  const auto reach = [&](int user) {
    if (graph.group[at(user)] == group.position()) {
      found = true;
    } else if (seen.insert(user).second) {
      stack.push_back(user);
    }
  };
  for (const FuseGraph::User& user : graph.users[at(node)]) {
    if (graph.group[at(user.node)] != group.position()) reach(user.node);
    if (seen.size() > kMostVisits) return true;
  }
  while (!stack.empty() && !found) {
    if (seen.size() > kMostVisits) return true;
    const int next = stack.back();
    stack.pop_back();
    const int other = graph.group[at(next)];
    const std::vector<int> alone = {next};
    for (int part : other < 0 ? alone : graph.groups[at(other)]) {
      for (const FuseGraph::User& user : graph.users[at(part)]) {
        if (other < 0 || graph.group[at(user.node)] != other) reach(user.node);
      }
    }
  }
  return found;
}

bool runs_at_the_same_time(const FuseGroup& group, int node) {
  const FuseGraph& graph = group.graph();
  return !(group.overwrites() && graph.guarded[at(node)]) &&
         !(group.has_guarded() && graph.overwrites[at(node)]);
}

std::optional<WiderSpace> space_with_reduction(const FuseGroup& group, int node, const AxisMap& map) {
  const FuseGraph& graph = group.graph();
  const FuseSpace& space = group.space();
  const Node& reduction = *graph.nodes[at(node)];
  const AxisSet result = axes_of(graph.type(node), map), whole = space.whole();
  const std::optional<AxisMap> in = map_of_input(reduction, FuseKind::reduce, 0, space, map);
  if (!in) {
    // Only the positions of the results are known: the walk over them gets the reduced axes inside.
    if (result != whole || space.reduced != 0 || draws_random_numbers(group)) return std::nullopt;
    return widened(space, reduction, map);
  }
  const AxisSet reduced = axes_of(type_of(reduction.inputs[0]), *in) & ~result;
  if ((result | reduced) != whole || (space.reduced != 0 && reduced != space.reduced)) return std::nullopt;
  if (!members_allow(group, reduced)) return std::nullopt;
  WiderSpace same{{space.extents, reduced}, std::vector<int>(space.extents.size())};
  std::iota(same.moved.begin(), same.moved.end(), 0);
  return same;
}

}  // namespace luge::compiler
