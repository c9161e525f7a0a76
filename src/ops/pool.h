// Pooling and the ops that carry its gradients.
#pragma once

#include "graph/op_registry.h"
#include "luge/ops/nn.h"
#include "ops/attributes/pool.h"

namespace luge {

/// The shape a pool gives for input x; throws what the public docstrings promise.
Shape pool_shape(std::string_view op, const PoolAttributes& a, const Type& x);
/// Attributes from what a person wrote, for an input with `spatial` spatial axes (its rank is checked).
PoolAttributes pool_attributes(std::string_view op, int spatial, const Tensor& x, const PoolOptions& options);

/// y and the position of each maximum in its window.
Tensors make_max_pool(const PoolAttributes& a, const Tensor& x);
/// dy, positions and the type of x → gradient of x.
Tensor make_max_pool_backward(const PoolAttributes& a, const Tensor& dy, const Tensor& positions,
                              const Tensor& x);
/// The elements of x that the positions point at.
Tensor make_max_pool_select(const PoolAttributes& a, const Tensor& x, const Tensor& positions);

/// The sum of every window.
Tensor make_sum_pool(const PoolAttributes& a, const Tensor& x);

Tensor make_avg_pool(const PoolAttributes& a, const Tensor& x);
/// dy and the type of x → gradient of x.
Tensor make_avg_pool_backward(const PoolAttributes& a, const Tensor& dy, const Tensor& x);

}  // namespace luge
