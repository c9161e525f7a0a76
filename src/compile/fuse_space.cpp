#include "compile/fuse_space.h"
#include "compile/edge.h"

#include <algorithm>

#include "ops/attributes/reduce.h"

namespace luge::compiler {
namespace {

constexpr std::size_t kMostAxes = 16;

std::int64_t extent_of(const Type& type, std::size_t dim) { return type.shape[static_cast<int>(dim)]; }

AxisSet bit(std::size_t axis) { return AxisSet{1} << axis; }
bool has(AxisSet axes, std::size_t axis) { return (axes >> axis & 1) != 0; }

// The dimensions of a reduction's input, each with the axis of the result that represents it.
struct ReductionDim {
  bool reduced;
  int axis;  // of the result; -1 where it is gone
  std::int64_t extent;
};

std::vector<ReductionDim> dims_of(const Node& reduction, const AxisMap& result) {
  const Type& in = type_of(reduction.inputs[0]);
  const auto& [axes, keep_dims] = *reduction.op->attributes<ReduceAttributes>();
  std::vector<ReductionDim> dims;
  for (std::size_t dim = 0, to = 0; dim < at(in.shape.rank()); ++dim) {
    const bool reduced = std::count(axes.begin(), axes.end(), static_cast<std::int64_t>(dim)) != 0;
    dims.push_back({reduced, !reduced || keep_dims ? result[to++] : -1, extent_of(in, dim)});
  }
  return dims;
}

// A reduced dimension runs along an axis over which the result is repeated.
std::optional<AxisMap> map_of_reduced(const Node& reduction, const FuseSpace& space, const AxisMap& result) {
  AxisMap map;
  AxisSet taken = axes_of(reduction.outputs[0].type, result);
  for (const ReductionDim& dim : dims_of(reduction, result)) {
    if (!dim.reduced || dim.extent == 1) {
      map.push_back(dim.axis);
      continue;
    }
    int axis = dim.axis >= 0 && space.extents[at(dim.axis)] == dim.extent ? dim.axis : -1;
    for (std::size_t a = 0; axis < 0 && a < space.extents.size(); ++a) {
      const bool free = !has(taken, a) && (space.reduced == 0 || has(space.reduced, a));
      if (free && space.extents[a] == dim.extent) axis = static_cast<int>(a);
    }
    if (axis < 0 || has(taken, at(axis))) return std::nullopt;
    taken |= bit(at(axis));
    map.push_back(axis);
  }
  return map;
}

// A view differs by dimensions of extent 1 alone.
AxisMap map_of_viewed(const Type& in, const Type& out, const AxisMap& result) {
  AxisMap map(at(in.shape.rank()), -1);
  for (std::size_t dim = 0, to = 0; dim < map.size(); ++dim) {
    if (extent_of(in, dim) == 1) continue;
    while (extent_of(out, to) == 1) ++to;
    map[dim] = result[to++];
  }
  return map;
}

}  // namespace

AxisSet FuseSpace::whole() const {
  AxisSet axes = 0;
  for (std::size_t axis = 0; axis < extents.size(); ++axis) axes |= extents[axis] != 1 ? bit(axis) : 0;
  return axes;
}

double FuseSpace::elements() const {
  double product = 1;
  for (std::int64_t extent : extents) product *= static_cast<double>(extent);
  return product;
}

AxisSet axes_of(const Type& type, const AxisMap& map) {
  AxisSet axes = 0;
  for (std::size_t dim = 0; dim < map.size(); ++dim) {
    if (map[dim] >= 0 && extent_of(type, dim) != 1) axes |= bit(at(map[dim]));
  }
  return axes;
}

bool combines(const Node& reduction) {
  const Type& in = type_of(reduction.inputs[0]);
  const auto& axes = reduction.op->attributes<ReduceAttributes>()->axes;
  return std::any_of(axes.begin(), axes.end(),
                     [&](std::int64_t axis) { return in.shape[static_cast<int>(axis)] != 1; });
}

RootSpace space_of_root(const Node& node, FuseKind kind) {
  const bool is_reduction = kind == FuseKind::reduce;
  const Type& type = is_reduction ? type_of(node.inputs[0]) : node.outputs[0].type;
  const ReduceAttributes none;
  const auto& [axes, keep_dims] = is_reduction ? *node.op->attributes<ReduceAttributes>() : none;
  RootSpace root;
  root.space.extents.assign(type.shape.begin(), type.shape.end());
  for (std::size_t axis = 0; axis < root.space.extents.size(); ++axis) {
    const bool reduced = std::count(axes.begin(), axes.end(), static_cast<std::int64_t>(axis)) != 0;
    if (reduced && root.space.extents[axis] != 1) root.space.reduced |= bit(axis);
    if (!reduced || keep_dims) root.map.push_back(static_cast<int>(axis));
  }
  return root;
}

std::optional<AxisMap> map_of_input(const Node& node, FuseKind kind, std::size_t input,
                                    const FuseSpace& space, const AxisMap& result) {
  const Type& in = type_of(node.inputs[input]);
  switch (kind) {
    case FuseKind::map: {
      const auto rank = at(in.shape.rank());
      if (node.op->instruction() == Instruction::random_uniform) return AxisMap(rank, -1);
      return AxisMap(result.end() - static_cast<std::ptrdiff_t>(rank), result.end());
    }
    case FuseKind::view: return map_of_viewed(in, node.outputs[0].type, result);
    case FuseKind::reduce: return map_of_reduced(node, space, result);
    case FuseKind::number:
    case FuseKind::none: break;
  }
  return std::nullopt;
}

std::optional<AxisMap> common_map(const Type& type, const AxisMap& a, const AxisMap& b) {
  if (axes_of(type, a) != axes_of(type, b)) return std::nullopt;
  AxisMap map = a;
  for (std::size_t dim = 0; dim < map.size(); ++dim) {
    if (map[dim] != b[dim] && extent_of(type, dim) != 1) return std::nullopt;
    if (map[dim] < 0) map[dim] = b[dim];
  }
  return map;
}

std::optional<WiderSpace> widened(const FuseSpace& space, const Node& reduction, const AxisMap& result) {
  // New axes come after the axis of the dimension before them.
  std::vector<std::pair<int, std::int64_t>> fresh;
  int last = -1;
  for (const ReductionDim& dim : dims_of(reduction, result)) {
    if (!dim.reduced && dim.axis >= 0) last = std::max(last, dim.axis);
    if (dim.reduced && dim.extent != 1) fresh.emplace_back(last, dim.extent);
  }
  if (space.extents.size() + fresh.size() > kMostAxes) return std::nullopt;
  WiderSpace wider{{}, std::vector<int>(space.extents.size())};
  std::vector<std::int64_t>& extents = wider.space.extents;
  for (int axis = -1; axis < static_cast<int>(space.extents.size()); ++axis) {
    if (axis >= 0) {
      wider.moved[at(axis)] = static_cast<int>(extents.size());
      extents.push_back(space.extents[at(axis)]);
    }
    for (const auto& [after, extent] : fresh) {
      if (after != axis) continue;
      wider.space.reduced |= bit(extents.size());
      extents.push_back(extent);
    }
  }
  return wider;
}

}  // namespace luge::compiler
