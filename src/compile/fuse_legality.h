// May a node join a group at all: is its value where the members read it, does nothing outside have to run
// between them, and does its time allow it? These questions change nothing.
#pragma once

#include <optional>

#include "compile/fuse_group.h"

namespace luge::compiler {

/// A node with more users, or one from which more nodes are reached, stays outside: the search has an end.
inline constexpr std::size_t kMostVisits = 512;

/// The one map by which all members read the node's result; empty where they differ.
std::optional<AxisMap> map_from_readers(const FuseGroup& group, int node);

/// Does nothing outside read it? A copy that only this group needs leaves nothing outside.
bool is_read_only_inside(const FuseGroup& group, int node);

/// Would a node outside have to run between the node and the rest of the group? Groups count as one node.
bool is_reachable_from_outside(const FuseGroup& group, int node);

/// May it be computed when the group runs? What overwrites state runs after every step that can fail, and so
/// after all on which these depend.
bool runs_at_the_same_time(const FuseGroup& group, int node);

/// The group's space once a reduction whose result lies at `map` has joined; empty where it does not fit.
std::optional<WiderSpace> space_with_reduction(const FuseGroup& group, int node, const AxisMap& map);

}  // namespace luge::compiler
