// The iteration space of a fused step and where values lie in it: the algebra of axes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compile/fuse_graph.h"

namespace luge::compiler {

/// For each dimension of a value: the axis of the space along which it runs, or -1 (extent 1).
using AxisMap = std::vector<int>;
/// A set of axes: bit k represents axis k.
using AxisSet = std::uint32_t;

struct FuseSpace {
  std::vector<std::int64_t> extents;
  AxisSet reduced = 0;

  /// All axes but those of extent 1, which tell nothing apart.
  AxisSet whole() const;
  /// Those of them that stay when the others are reduced.
  AxisSet kept() const { return whole() & ~reduced; }
  double elements() const;
};

/// The axes along which a value varies.
AxisSet axes_of(const Type& type, const AxisMap& map);

/// Does a reduction combine more than one element anywhere? Over axes of extent 1 it only moves them.
bool combines(const Node& reduction);

/// The space of the step whose result this node is, and the map of that result.
struct RootSpace {
  FuseSpace space;
  AxisMap map;
};
RootSpace space_of_root(const Node& node, FuseKind kind);

/// Where an input lies when the node's result lies at `result`. Empty: nowhere in this space.
std::optional<AxisMap> map_of_input(const Node& node, FuseKind kind, std::size_t input,
                                    const FuseSpace& space, const AxisMap& result);

/// One map for a value that is read by two; empty where they read it at different positions.
std::optional<AxisMap> common_map(const Type& type, const AxisMap& a, const AxisMap& b);

/// A space with more axes, and where the axes of the one before are in it.
struct WiderSpace {
  FuseSpace space;
  std::vector<int> moved;
};
/// The space in which a reduction can run whose result lies at `result` of a space that lacks the reduced
/// axes: they are added where they lie in its input. Empty: a space may not have this many axes.
std::optional<WiderSpace> widened(const FuseSpace& space, const Node& reduction, const AxisMap& result);

}  // namespace luge::compiler
