// FedPlaceholders: the values of placeholders in one run of a Session.
#pragma once

#include <vector>

#include "graph/node.h"
#include "luge/graph.h"

namespace luge::graph {

class FedPlaceholders {
 public:
  /// Keeps a reference. Throws ValueError when a key is not a placeholder or is fed twice, DTypeError or
  /// ShapeError naming the placeholder when its value does not match.
  explicit FedPlaceholders(const std::vector<Feed>& feeds);

  /// The value of a placeholder. Throws GraphError naming it when it is not fed.
  const Tensor& value(const Node* placeholder) const;

 private:
  const std::vector<Feed>& feeds_;
};

}  // namespace luge::graph
