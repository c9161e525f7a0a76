// Groups of nodes that become one fused step: which node may join, and where its values lie in the group's
// space.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "compile/fuse_graph.h"

namespace luge::compiler {

/// Per dimension of a value: the axis of the space it runs along, or -1 (extent 1).
using AxisMap = std::vector<int>;

class FuseGroup {
 public:
  FuseGroup(FuseGraph& graph, int root);
  /// Takes in producers, the nearest first, as long as something fits.
  void grow();

  struct Member {
    AxisMap map;        // of its result
    bool copy = false;  // computed here once more; another step gives it to everybody else
  };
  const std::map<int, Member>& members() const { return members_; }
  int root() const { return root_; }
  const std::vector<std::int64_t>& extents() const { return extents_; }
  std::uint32_t reduced() const { return reduced_; }
  /// The map of a member's input; empty optional when it has none in this space.
  std::optional<AxisMap> input_map(int member, std::size_t input) const;
  /// A reduction over axes of extent 1 only moves elements.
  bool reduces(int member) const;

 private:
  bool try_join(int node);
  bool fits(int node, const AxisMap& map);
  bool comes_from_reduction(int node) const;
  std::optional<AxisMap> map_from_users(int node) const;
  std::optional<AxisMap> map_of_reduction(int node, const AxisMap& result) const;
  bool extend_for_reduction(int node, const AxisMap& result);
  bool join_reduction(int node, const AxisMap& map);
  bool all_users_inside(int node) const;
  bool reachable_from_outside(int node) const;
  bool plan_copies(int node);
  std::uint32_t domain(const Type& type, const AxisMap& map) const;
  std::uint32_t whole() const;
  void insert(int node, const AxisMap& map, bool copy);

  FuseGraph& graph_;
  int root_;
  std::vector<std::int64_t> extents_;
  std::uint32_t reduced_ = 0;
  std::map<int, Member> members_;
  std::set<int> candidates_, copies_, operands_;
  int outputs_ = 1;
  bool has_guarded_ = false, overwrites_ = false;  // one of its own members
};

}  // namespace luge::compiler
