// The points at which expressions are evaluated: a reading, an optimizer's step, a chain that has grown long.
#pragma once

#include <span>
#include <utility>

#include "core/buffer.h"
#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge {

/// Evaluates the tensors and every output on the way that a handle refers to, in one Program.
void evaluate(std::span<const Tensor> tensors);

/// The point at which an optimizer's step takes effect: assigns, evaluates the new values together with every
/// live handle of their graphs, and releases the graphs, so that the updates can overwrite the old values.
/// Nothing is assigned when it throws. Inside a trace it only records.
void assign_and_evaluate(std::span<const std::pair<Variable, Tensor>> updates);

/// Evaluates a chain of expressions that has grown long, unless its history is kept for gradients.
void shorten_chain(const Tensor& end);

/// Returns the evaluated elements in the public layout.
BufferRef public_buffer(const Tensor& tensor);

}  // namespace luge
