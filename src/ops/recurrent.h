// What the recurrent ops share: where the axes of time and batch are, and the checks of sequences and
// weights.
#pragma once

#include "graph/op_registry.h"
#include "ops/attributes/recurrent.h"
#include "ops/checks.h"

namespace luge {

inline int time_axis(const RecurrentAttributes& a) { return a.batch_first ? 1 : 0; }
inline int batch_axis(const RecurrentAttributes& a) { return a.batch_first ? 0 : 1; }

/// Batch, steps and width of a layer, some of them unknown. `gates`: parts of the weights' first axis.
struct RecurrentExtents {
  std::int64_t steps, batch, units;
};
/// Of x [T,N,in], w_ih [gates·H,in], w_hh [gates·H,H].
RecurrentExtents check_recurrent(std::string_view op, const RecurrentAttributes& a, const Type& x,
                                 const Type& w_ih, const Type& w_hh, int gates);
/// Of gates [T,N,parts·H] and w_hh [weight_parts·H,H].
RecurrentExtents check_recurrent_gates(std::string_view op, const RecurrentAttributes& a, const Type& gates,
                                       int parts, const Type& w_hh, int weight_parts);
/// [T,N,last] or [N,T,last].
Type sequence_type(const RecurrentAttributes& a, DType dtype, const RecurrentExtents& e, std::int64_t last);
void check_sequence(std::string_view op, std::string_view what, const Type& type,
                    const RecurrentAttributes& a, const RecurrentExtents& e, std::int64_t last);
void check_state(std::string_view op, std::string_view what, const Type& type, const RecurrentExtents& e);

/// The number of steps; throws GraphError when it is not known yet.
std::int64_t steps_of(std::string_view op, const RecurrentAttributes& a, const Tensor& sequence);
/// h before every step: the first state (empty: zero), then all but the last of y.
Tensor states_before(const RecurrentAttributes& a, const Tensor& y, const Tensor& first);
/// The gradient of w [gates·H,k] in s·wᵀ, from the gradient of the product and s, both with time and batch.
Tensor weight_gradient(const Tensor& product_gradient, const Tensor& s);

}  // namespace luge
