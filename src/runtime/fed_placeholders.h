// FedPlaceholders: the values of placeholders in one run of a Session.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "graph/node.h"
#include "luge/graph.h"

namespace luge::graph {

class FedPlaceholders {
 public:
  /// Keeps a reference. Throws ValueError when a key is not a placeholder or is fed twice, DTypeError or
  /// ShapeError naming the placeholder when its value does not match.
  explicit FedPlaceholders(const std::vector<Feed>& feeds);
  /// Feeds by names; keeps a reference.
  explicit FedPlaceholders(const NamedTensors& feeds) : named_(&feeds) {}

  /// The value of a placeholder. Throws GraphError naming it when it is not fed; by names also ValueError
  /// when another placeholder of the same name was asked for, and the errors of a value that does not match.
  const Tensor& value(const Node* placeholder);

 private:
  const Tensor& named_value(const Node* placeholder);

  const std::vector<Feed>* feeds_ = nullptr;
  const NamedTensors* named_ = nullptr;
  std::map<std::string_view, const Node*> asked_;  // by names
};

}  // namespace luge::graph
