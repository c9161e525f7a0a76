// Groups of nodes that become one fused step. A group grows from its last node back to producers; whether one
// may join is a question of legality (fuse_legality.h) and of cost (fuse_cost.h).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "compile/fuse_graph.h"
#include "compile/fuse_space.h"

namespace luge::compiler {

class FuseGroup {
 public:
  FuseGroup(FuseGraph& graph, int root);
  /// Takes in producers, the nearest first, as long as something fits.
  void grow();

  struct Member {
    AxisMap map;        // of its result
    bool copy = false;  // computed here once more; another step gives it to everybody else
  };
  const FuseGraph& graph() const { return graph_; }
  const std::map<int, Member>& members() const { return members_; }
  int root() const { return root_; }
  const FuseSpace& space() const { return space_; }
  /// The group's own position among the groups of the graph.
  int position() const { return position_; }
  /// Is it an input of a member, made outside of the group?
  bool reads(int node) const { return operands_.contains(node); }
  /// Do members of its own lead to steps that can fail, or write state that must stay as it is until these
  /// have run?
  bool has_guarded() const { return has_guarded_; }
  bool overwrites() const { return overwrites_; }

  /// Where a member's input lies; empty when it lies nowhere in this space.
  std::optional<AxisMap> map_of_input(int member, std::size_t input) const;
  /// The axes along which a member's result varies.
  AxisSet axes_of_member(int member) const;

 private:
  enum class Joins : std::uint8_t { not_at_all, inside, as_output, as_copy };
  struct Joining {
    Joins joins;
    std::set<int> copies;  // what is computed again with it
  };

  void consider(int node);
  Joining joining(int node, const AxisMap& map) const;
  void move_to(const WiderSpace& wider);
  void insert(int node, const AxisMap& map, bool copy);

  FuseGraph& graph_;
  int root_;
  int position_;
  FuseSpace space_;
  std::map<int, Member> members_;
  std::set<int> candidates_, copies_, operands_;
  int outputs_ = 1;
  bool has_guarded_ = false, overwrites_ = false;
};

}  // namespace luge::compiler
