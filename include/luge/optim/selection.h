// Selection: some of the parameters of a network, by path and by number of axes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "luge/options.h"
#include "luge/shape.h"

namespace luge::optim {

/// Which parameters something acts on. Derive options from it and list it with `fields`.
struct Selection {
  std::vector<std::string> parameters = {"*"};  ///< patterns of their paths, such as "features.*"
  bool vectors = false;  ///< true: also parameters with fewer than two axes, such as biases
  /// Lists them.
  static void fields(auto& self, auto&& field) {
    field("parameters", self.parameters, "patterns of the parameters it acts on, such as features.*",
          options::elsewhere({"params", "only"}));
    field("vectors", self.vectors, "also act on parameters with fewer than two axes, such as biases",
          options::elsewhere({"bias", "biases"}));
  }
  /// Returns true for a parameter with this path and shape that is selected.
  bool holds(std::string_view path, const Shape& shape) const;
};

}  // namespace luge::optim
