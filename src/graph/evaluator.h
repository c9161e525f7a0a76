// Evaluator: what the graph asks of the room that runs it. That room (runtime) is below this one in the
// order of the rooms, so it makes itself known here.
#pragma once

#include <span>

#include "core/buffer.h"
#include "luge/tensor.h"

namespace luge {

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// Evaluates the tensors and every output on the way that a handle refers to, in one Program.
  virtual void evaluate(std::span<const Tensor> tensors) const = 0;
  /// Returns the evaluated elements in the public layout.
  virtual BufferRef read(const Tensor& tensor) const = 0;
  /// Evaluates a chain of expressions that has grown long, unless its history is kept for gradients.
  virtual void shorten_chain(const Tensor& end) const = 0;
};

/// The evaluator of this process, set once before anything is evaluated.
const Evaluator& evaluator();
void set_evaluator(const Evaluator& evaluator);

}  // namespace luge
