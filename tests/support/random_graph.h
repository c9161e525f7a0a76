// Random graphs to hold compiled programs against the plain loops with. The same on every machine.
#pragma once

#include "luge/tensor.h"

namespace luge::testing {

/// A graph over argument leaves. Its roots are some of its values and gradients of `cost`.
struct RandomGraph {
  Tensors leaves, roots;
  Tensor cost;
  Tensor leaf(DType dtype, const Shape& shape);
};

/// Elementwise ops over whole tensors and such of extent 1 along some axes, reductions, and ops that no step
/// fuses; nothing whose values depend on which of two close numbers is larger unless `dtype` is f64.
RandomGraph random_tensors(unsigned seed, DType dtype);
/// A chain of layers over images: convolutions, norms, activations, sums with what came before.
RandomGraph random_layers(unsigned seed, DType dtype);
/// A chain of layers over sequences: products, recurrences, attention, norms, some of it computed again, with
/// labels at the end of some.
RandomGraph random_sequences(unsigned seed, DType dtype);

}  // namespace luge::testing
