// Attention as a product of its weights and v.
#pragma once

#include <string_view>

#include "luge/ops/sequence.h"
#include "ops/attention.h"

namespace luge {

/// Throws ValueError for a scale that is not finite and a rate of dropout outside [0, 1].
void check_attention_options(std::string_view op, const AttentionOptions& options);
/// Where a row may look, bool, broadcast to the scores; empty: everywhere.
Tensor attention_seen(const AttentionAttributes& a, const Tensor& scores, const Tensor& mask);
/// attention with a mask of either kind and dropout; k and v have the heads of q.
Tensor composed_attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options,
                          const Tensor& mask);
/// k or v with each head repeated until it has the number of heads of q. Throws ShapeError.
Tensor shared_heads(std::string_view op, std::string_view what, const Tensor& q, const Tensor& k);

inline Type type_of(const Tensor& x) { return {x.dtype(), x.shape()}; }

}  // namespace luge
