#include "compile/fuse_group.h"

#include <algorithm>
#include <unordered_set>

#include "ops/attributes/reduce.h"

namespace luge::compiler {
namespace {

constexpr std::size_t kMostMembers = 48;
constexpr std::size_t kMostOperands = 20;
constexpr int kMostOutputs = 8;
constexpr std::size_t kMostCopies = 6;
constexpr std::size_t kMostAxes = 16;
constexpr std::size_t kMostVisits =
    512;  // of users and in the search for cycles: beyond, a node stays outside

std::size_t at(int index) { return static_cast<std::size_t>(index); }

std::int64_t extent_of(const Type& type, std::size_t dim) { return type.shape[static_cast<int>(dim)]; }

const ReduceAttributes& axes_of(const Node& node) { return *node.op->attributes<ReduceAttributes>(); }

double bytes_of(const Type& type) {
  return static_cast<double>(type.shape.elements()) * static_cast<double>(size_of(type.dtype));
}

}  // namespace

FuseGroup::FuseGroup(FuseGraph& graph, int root) : graph_(graph), root_(root) {
  const Node& node = *graph.nodes[at(root)];
  const bool is_reduction = graph.kinds[at(root)] == FuseKind::reduce;
  const Type& space =
      is_reduction ? node.inputs[0].node->outputs[at(node.inputs[0].out)].type : node.outputs[0].type;
  extents_.assign(space.shape.begin(), space.shape.end());
  AxisMap map;
  const std::vector<std::int64_t> none;
  const auto& axes = is_reduction ? axes_of(node).axes : none;
  for (std::size_t axis = 0; axis < extents_.size(); ++axis) {
    const bool reduced = std::count(axes.begin(), axes.end(), static_cast<std::int64_t>(axis)) != 0;
    if (reduced && extents_[axis] != 1) reduced_ |= 1u << axis;
    if (!reduced || axes_of(node).keep_dims) map.push_back(static_cast<int>(axis));
  }
  insert(root, map, false);
}

void FuseGroup::insert(int node, const AxisMap& map, bool copy) {
  members_[node] = {map, copy};
  operands_.erase(node);
  if (!copy) {
    graph_.group[at(node)] = static_cast<int>(graph_.groups.size());
    has_guarded_ |= graph_.guarded[at(node)];
    overwrites_ |= graph_.overwrites[at(node)];
  }
  const Node& inserted = *graph_.nodes[at(node)];
  if (graph_.kinds[at(node)] == FuseKind::number) return;
  for (const Edge& edge : inserted.inputs) {
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
    try_join(node);
  }
  std::vector<int> own;
  for (const auto& [node, member] : members_) {
    if (!member.copy) own.push_back(node);
  }
  graph_.groups.push_back(std::move(own));
}

bool FuseGroup::reduces(int member) const {
  if (graph_.kinds[at(member)] != FuseKind::reduce) return false;
  const Node& node = *graph_.nodes[at(member)];
  const Type& in = node.inputs[0].node->outputs[at(node.inputs[0].out)].type;
  const auto& axes = axes_of(node).axes;
  return std::any_of(axes.begin(), axes.end(),
                     [&](std::int64_t axis) { return in.shape[static_cast<int>(axis)] != 1; });
}

std::uint32_t FuseGroup::whole() const {
  std::uint32_t axes = 0;
  for (std::size_t axis = 0; axis < extents_.size(); ++axis) axes |= (extents_[axis] != 1 ? 1u : 0u) << axis;
  return axes;
}

std::uint32_t FuseGroup::domain(const Type& type, const AxisMap& map) const {
  std::uint32_t axes = 0;
  for (std::size_t dim = 0; dim < map.size(); ++dim) {
    if (map[dim] >= 0 && extent_of(type, dim) != 1) axes |= 1u << map[dim];
  }
  return axes;
}

std::optional<AxisMap> FuseGroup::input_map(int member, std::size_t input) const {
  const Node& node = *graph_.nodes[at(member)];
  const AxisMap& result = members_.at(member).map;
  const Type& in = node.inputs[input].node->outputs[at(node.inputs[input].out)].type;
  const auto rank = at(in.shape.rank());
  switch (graph_.kinds[at(member)]) {
    case FuseKind::map: {
      if (node.op->instruction() == Instruction::random_uniform) return AxisMap(rank, -1);
      return AxisMap(result.end() - static_cast<std::ptrdiff_t>(rank), result.end());
    }
    case FuseKind::view: {
      AxisMap map(rank, -1);
      const Type& out = node.outputs[0].type;
      for (std::size_t dim = 0, to = 0; dim < rank; ++dim) {
        if (extent_of(in, dim) == 1) continue;
        while (extent_of(out, to) == 1) ++to;
        map[dim] = result[to++];
      }
      return map;
    }
    case FuseKind::reduce: return map_of_reduction(member, result);
    default: return std::nullopt;
  }
}

// A reduced dimension runs along an axis over which the result is repeated.
std::optional<AxisMap> FuseGroup::map_of_reduction(int member, const AxisMap& result) const {
  const Node& node = *graph_.nodes[at(member)];
  const Type& in = node.inputs[0].node->outputs[at(node.inputs[0].out)].type;
  const ReduceAttributes& attributes = axes_of(node);
  AxisMap map;
  std::uint32_t taken = domain(graph_.type(member), result);
  for (std::size_t dim = 0, to = 0; dim < at(in.shape.rank()); ++dim) {
    const bool reduced =
        std::count(attributes.axes.begin(), attributes.axes.end(), static_cast<std::int64_t>(dim)) != 0;
    const int place = !reduced || attributes.keep_dims ? result[to++] : -1;
    const std::int64_t extent = extent_of(in, dim);
    if (!reduced || extent == 1) {
      map.push_back(place);
      continue;
    }
    int axis = place >= 0 && extents_[at(place)] == extent ? place : -1;
    for (std::size_t a = 0; axis < 0 && a < extents_.size(); ++a) {
      const bool free = (taken >> a & 1) == 0 && (reduced_ == 0 || (reduced_ >> a & 1));
      if (free && extents_[a] == extent) axis = static_cast<int>(a);
    }
    if (axis < 0 || (taken >> axis & 1)) return std::nullopt;
    taken |= 1u << axis;
    map.push_back(axis);
  }
  return map;
}

// The one place where all members read a value, or none.
std::optional<AxisMap> FuseGroup::map_from_users(int node) const {
  std::optional<AxisMap> map;
  if (graph_.users[at(node)].size() > kMostVisits) return std::nullopt;
  for (const FuseGraph::User& user : graph_.users[at(node)]) {
    if (!members_.contains(user.node)) continue;
    const std::optional<AxisMap> seen = input_map(user.node, at(user.input));
    if (!seen) return std::nullopt;
    if (map && domain(graph_.type(node), *map) != domain(graph_.type(node), *seen)) return std::nullopt;
    if (!map) {
      map = seen;
      continue;
    }
    for (std::size_t dim = 0; dim < map->size(); ++dim) {
      if ((*map)[dim] != (*seen)[dim] && extent_of(graph_.type(node), dim) != 1) return std::nullopt;
      if ((*map)[dim] < 0) (*map)[dim] = (*seen)[dim];
    }
  }
  return map;
}

// Values are computed once, once per place of the kept axes, or once per element; what lies between is
// repeated, and that only if it is cheap.
bool FuseGroup::fits(int node, const AxisMap& map) {
  const std::uint32_t axes = domain(graph_.type(node), map);
  if (axes == whole() || axes == (whole() & ~reduced_) || axes == 0) return true;
  if (reduced_ == 0 && comes_from_reduction(node)) {
    reduced_ = whole() & ~axes;
    return true;
  }
  return is_cheap(*graph_.nodes[at(node)]) || graph_.kinds[at(node)] == FuseKind::view;
}

// Is a value of fewer axes what a reduction over the others gave, after some elementwise steps?
bool FuseGroup::comes_from_reduction(int node) const {
  const double wanted = [&] {
    double elements = 1;
    for (std::int64_t extent : extents_) elements *= static_cast<double>(extent);
    return elements;
  }();
  std::vector<int> open = {node};
  for (std::size_t i = 0; i < open.size() && i < kMostCopies; ++i) {
    const Node& next = *graph_.nodes[at(open[i])];
    const FuseKind kind = graph_.kinds[at(open[i])];
    if (kind != FuseKind::map && kind != FuseKind::view && kind != FuseKind::reduce) continue;
    for (const Edge& edge : next.inputs) {
      const int from = graph_.position(edge);
      const double elements = static_cast<double>(edge.node->outputs[at(edge.out)].type.shape.elements());
      if (kind == FuseKind::reduce && elements == wanted) return true;
      if (from >= 0 && elements == static_cast<double>(graph_.type(node).shape.elements()))
        open.push_back(from);
      if (from >= 0 && graph_.kinds[at(from)] == FuseKind::reduce) open.push_back(from);
    }
  }
  return false;
}

// A copy that only this group needs leaves nothing outside.
bool FuseGroup::all_users_inside(int node) const {
  if (graph_.needed[at(node)] || graph_.users[at(node)].size() > kMostVisits) return false;
  return std::all_of(graph_.users[at(node)].begin(), graph_.users[at(node)].end(),
                     [&](const FuseGraph::User& user) {
                       const auto found = members_.find(user.node);
                       return found != members_.end() && (!found->second.copy || all_users_inside(user.node));
                     });
}

// Would somebody outside have to run between the node and the rest of the group? Groups count as one node.
bool FuseGroup::reachable_from_outside(int node) const {
  std::vector<int> stack;
  std::unordered_set<int> seen;
  const auto own = static_cast<int>(graph_.groups.size());
  bool found = false;
  const auto reach = [&](int user) {
    if (graph_.group[at(user)] == own) return void(found = true);
    if (seen.insert(user).second) stack.push_back(user);
  };
  for (const FuseGraph::User& user : graph_.users[at(node)]) {
    if (graph_.group[at(user.node)] != own) reach(user.node);
    if (found || seen.size() > kMostVisits) return true;
  }
  while (!stack.empty() && !found) {
    if (seen.size() > kMostVisits) return true;
    const int next = stack.back();
    stack.pop_back();
    const int group = graph_.group[at(next)];
    const std::vector<int> alone = {next};
    for (int part : group < 0 ? alone : graph_.groups[at(group)]) {
      for (const FuseGraph::User& user : graph_.users[at(part)]) {
        if (group >= 0 && graph_.group[at(user.node)] == group) continue;
        reach(user.node);
      }
    }
  }
  return found;
}

// A cheap value that every user can compute for itself needs no memory at all. Marks it and what it is made
// of.
bool FuseGroup::plan_copies(int node) {
  std::set<int> chain;
  std::vector<int> open = {node};
  double read = 0;
  while (!open.empty()) {
    const int next = open.back();
    open.pop_back();
    if (!chain.insert(next).second) continue;
    if (chain.size() > kMostCopies) return false;
    for (const FuseGraph::User& user : graph_.users[at(next)]) {
      if (graph_.kinds[at(user.node)] == FuseKind::none) return false;
    }
    if (graph_.is_root[at(next)]) return false;
    for (const Edge& edge : graph_.nodes[at(next)]->inputs) {
      const int from = graph_.position(edge);
      const Type& type = edge.node->outputs[at(edge.out)].type;
      const bool small = type.shape.elements() <= 1;
      if (from >= 0 && (members_.contains(from) || operands_.contains(from))) continue;
      if (from >= 0 && !small && graph_.kinds[at(from)] == FuseKind::map &&
          is_cheap(*graph_.nodes[at(from)])) {
        open.push_back(from);
      } else if (from >= 0 && graph_.group[at(from)] >= 0 && !graph_.needed[at(from)]) {
        return false;  // another step computes it for itself and writes it nowhere
      } else if (!small && graph_.nodes[at(next)]->op->instruction() != Instruction::random_uniform) {
        read += bytes_of(type);
      }
    }
  }
  if (read > bytes_of(graph_.type(node))) return false;
  copies_.insert(chain.begin(), chain.end());
  return true;
}

// A reduction whose reduced axes the space has not: they are added where they lie in its input.
bool FuseGroup::extend_for_reduction(int node, const AxisMap& result) {
  if (reduced_ != 0) return false;
  const Node& reduction = *graph_.nodes[at(node)];
  const Type& in = reduction.inputs[0].node->outputs[at(reduction.inputs[0].out)].type;
  const ReduceAttributes& attributes = axes_of(reduction);
  for (const auto& [member, entry] : members_) {
    if (graph_.nodes[at(member)]->op->instruction() == Instruction::random_uniform) return false;
  }
  // New axes stand behind the axis of the dimension before them.
  std::vector<std::pair<int, std::int64_t>> fresh;
  int last = -1;
  for (std::size_t dim = 0, to = 0; dim < at(in.shape.rank()); ++dim) {
    const bool reduced =
        std::count(attributes.axes.begin(), attributes.axes.end(), static_cast<std::int64_t>(dim)) != 0;
    const int place = !reduced || attributes.keep_dims ? result[to++] : -1;
    if (!reduced && place >= 0) last = std::max(last, place);
    if (reduced && extent_of(in, dim) != 1) fresh.emplace_back(last, extent_of(in, dim));
  }
  if (extents_.size() + fresh.size() > kMostAxes) return false;
  std::vector<std::int64_t> extents;
  std::vector<int> moved(extents_.size());
  std::uint32_t reduced = 0;
  for (int axis = -1; axis < static_cast<int>(extents_.size()); ++axis) {
    if (axis >= 0) {
      moved[at(axis)] = static_cast<int>(extents.size());
      extents.push_back(extents_[at(axis)]);
    }
    for (const auto& [behind, extent] : fresh) {
      if (behind != axis) continue;
      reduced |= 1u << extents.size();
      extents.push_back(extent);
    }
  }
  for (auto& [member, entry] : members_) {
    for (int& axis : entry.map) {
      if (axis >= 0) axis = moved[at(axis)];
    }
  }
  extents_ = std::move(extents);
  reduced_ = reduced;
  return true;
}

bool FuseGroup::join_reduction(int node, const AxisMap& map) {
  const std::optional<AxisMap> in = map_of_reduction(node, map);
  const Node& reduction = *graph_.nodes[at(node)];
  if (!in) {
    // Only the results' places are known: the walk over them gets the reduced axes inside.
    if (domain(graph_.type(node), map) != whole()) return false;
    return extend_for_reduction(node, map);
  }
  const Type& type = reduction.inputs[0].node->outputs[at(reduction.inputs[0].out)].type;
  const std::uint32_t result = domain(graph_.type(node), map), axes = domain(type, *in) & ~result;
  if ((result | axes) != whole() || (reduced_ != 0 && axes != reduced_)) return false;
  // What the members compute must still be one value per element or per place.
  for (const auto& [member, entry] : members_) {
    const std::uint32_t of = domain(graph_.type(member), entry.map);
    const bool is_output = member == root_ || !all_users_inside(member);
    if (is_output && !entry.copy && of != whole() && of != (whole() & ~axes)) return false;
  }
  reduced_ = axes;
  return true;
}

bool FuseGroup::try_join(int node) {
  if (members_.size() >= kMostMembers || operands_.size() >= kMostOperands) return false;
  if (graph_.kinds[at(node)] == FuseKind::number) {
    insert(node, {}, true);
    return true;
  }
  std::optional<AxisMap> map = map_from_users(node);
  if (!map || (!reduces(node) && !fits(node, *map))) return false;
  const bool is_random = graph_.nodes[at(node)]->op->instruction() == Instruction::random_uniform;
  if (is_random && domain(graph_.type(node), *map) != whole()) return false;
  // What overwrites state runs after every step that can fail, and so after all that these depend on.
  const bool other_time =
      (overwrites_ && graph_.guarded[at(node)]) || (has_guarded_ && graph_.overwrites[at(node)]);
  const bool mine = graph_.group[at(node)] < 0 && !other_time;
  const bool inside = mine && all_users_inside(node);
  bool copy = false;
  if (!inside) {
    copy =
        copies_.contains(node) || graph_.kinds[at(node)] == FuseKind::view ||
        (graph_.kinds[at(node)] == FuseKind::map && is_cheap(*graph_.nodes[at(node)]) && plan_copies(node));
    if (!copy) {
      const std::uint32_t axes = domain(graph_.type(node), *map);
      const bool whole_value = axes == whole() || (reduced_ != 0 && axes == (whole() & ~reduced_));
      const bool free = mine && whole_value && outputs_ < kMostOutputs;
      if (!free || reachable_from_outside(node)) return false;
    }
  }
  if (reduces(node)) {
    if (copy || !join_reduction(node, *map)) return false;
    map = map_from_users(node);  // axes may have been added
  }
  if (!inside && !copy) ++outputs_;
  insert(node, *map, copy);
  return true;
}

}  // namespace luge::compiler
