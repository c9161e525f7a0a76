// SessionRun: one run of a Session: what to compute, what to assign, and the Program that does both.
#pragma once

#include <memory>
#include <vector>

#include "luge/graph.h"
#include "runtime/fed_placeholders.h"
#include "runtime/operation.h"
#include "runtime/session_values.h"
#include "runtime/subgraph.h"

namespace luge::graph {

class SessionRun {
 public:
  /// The arguments must outlive the run.
  SessionRun(const Tensors& fetches, const Updates& updates, FedPlaceholders feeds);

  /// Returns the values of the fetches before the updates, and updates `values`. Nothing changes when it
  /// throws.
  Tensors run(SessionValues& values);

 private:
  void add_update(const Variable& variable, const Tensor& value);
  void bind(StateBinding& binding, const Edge& leaf, const SessionValues& values);

  const Updates& updates_;
  FedPlaceholders fed_;
  Subgraph subgraph_;
  std::vector<int> fetch_roots_;       // per fetch
  std::size_t first_update_root_ = 0;  // the updates' roots are the last, in their order
};

}  // namespace luge::graph
