// The order in which a pass builds the steps of the new graph when it has joined some of the old one's nodes.
#pragma once

#include <string_view>
#include <vector>

namespace luge::compiler {

/// A step to be built: the position it would like to have, and the steps that come before it (repeats do no
/// harm).
struct BuildUnit {
  int position = 0;
  std::vector<int> after;
};

/// All units, each after those it must follow, and otherwise ordered by position as far as that allows.
/// Throws GraphError, naming the pass, when units wait for each other.
std::vector<int> build_order(const std::vector<BuildUnit>& units, std::string_view pass);

}  // namespace luge::compiler
