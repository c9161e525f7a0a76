// The reverse walk of all gradients. It does not know ops by name: it uses the gradient of an op, or of its
// decomposition.
#pragma once

#include <span>

#include "luge/tensor.h"

namespace luge::autodiff {

struct BackwardResult {
  Tensors gradients;     // one per target; empty where no gradient arrives
  bool met_cut = false;  // a node whose inputs were released is upstream of the roots
};

/// Gradients of Σ roots·seeds with respect to the targets. `bounded`: the walk ends at the targets, which
/// must then not depend on each other. Throws GraphError for a path through a node that was released or an op
/// without gradient.
BackwardResult backward(std::span<const Tensor> roots, std::span<const Tensor> seeds,
                        std::span<const Tensor> targets, bool bounded);

}  // namespace luge::autodiff
