// matmul_seen, product_seen: products of matrices that leave out what a mask hides.
#pragma once

#include "luge/tensor.h"

namespace luge {

/// a·b, or aᵀ·b, where the elements of `a` that `seen` hides count for nothing: NaN or infinity next to them
/// in `b` reach no sum. `seen`, bool, broadcasts to `a`; a and b have the same batch axes.
Tensor matmul_seen(const Tensor& a, const Tensor& b, const Tensor& seen, bool transpose_a = false);
/// a·bᵀ where `seen`, bool and broadcast to the product, is true, else 0, whatever the hidden pairs hold;
/// nor does it reach a gradient. a and b have the same batch axes.
Tensor product_seen(const Tensor& a, const Tensor& b, const Tensor& seen);

}  // namespace luge
