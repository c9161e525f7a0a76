// What the graph room needs of evaluation; the bodies live in runtime, which sees compiler and backend.
#pragma once

#include <span>

#include "graph/node.h"
#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge {

/// Evaluates the tensors and every output on the way that somebody holds, in one Program.
void evaluate(std::span<const Tensor> tensors);

/// The point at which an optimizer's step takes effect: assigns, evaluates the new values together with every
/// live handle of their graphs, and lets the graphs go, so that the updates happen in place. Inside a trace
/// it only records.
void assign_and_evaluate(std::span<const std::pair<Variable, Tensor>> updates);

/// Evaluates a chain that has grown long, unless its history is kept for gradients.
void eval_long_chain(const Tensor& tensor);

/// The evaluated elements in the public layout.
BufferRef public_buffer(const Tensor& tensor);

}  // namespace luge
