// From an op case to graphs that can be run.
#pragma once

#include "support/op_case.h"
#include "support/run_graph.h"

namespace luge::testing {

/// A case's graph over argument leaves, and elements for these.
struct Traced {
  Tensors leaves;
  Tensors roots;
  std::vector<Value> values;
};
/// `with_gradients`: the gradients of the summed results are roots too.
Traced trace(const OpCase& row, const std::vector<Value>& values, bool with_gradients = false);
/// The same with a product before every floating input and behind every floating result.
Traced trace_between_products(const OpCase& row, const std::vector<Value>& values, bool with_gradients);
/// Axis 0 unknown in every input whose first extent is the first input's. No values.
Traced trace_unknown_batch(const OpCase& row, const Inputs& inputs);
/// Whether axis 0 of the first input can be the batch: no other input has more axes.
bool has_batch(const Inputs& inputs);
Inputs with_batch(Inputs inputs, std::int64_t batch);

/// The case's gradient as a function of the same inputs.
std::function<Tensors(const Tensors&)> gradient_of(const OpCase& row);

/// Names of the passes that only make programs faster.
std::set<std::string> optional_passes();

/// "[3,5] [5]"
std::string describe(const Inputs& inputs);

}  // namespace luge::testing
