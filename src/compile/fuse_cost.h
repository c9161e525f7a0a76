// Is it worth computing a node's value within a group: no more often than it was, or again where that is
// cheaper than to write and read it? These questions change nothing.
#pragma once

#include <optional>
#include <set>

#include "compile/fuse_group.h"

namespace luge::compiler {

/// The most nodes that are copied for one value.
inline constexpr std::size_t kMostCopies = 6;

/// The group's space, with some of its axes reduced if necessary, in which the node's value is computed once,
/// once for each position of the kept axes, or once for each element; what lies between is repeated, and that
/// only if it is cheap. Empty: too dear.
std::optional<FuseSpace> space_that_fits(const FuseGroup& group, int node, const AxisMap& map);

/// The node and what it is made of, when every user can as well compute its cheap value for itself, so that
/// it needs no memory at all. Empty: it is better written once.
std::optional<std::set<int>> copies_for(const FuseGroup& group, int node);

}  // namespace luge::compiler
