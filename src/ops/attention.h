// What attention and its backward op share.
#pragma once

#include "graph/op_registry.h"
#include "ops/attributes/attention.h"
#include "ops/checks.h"

namespace luge {

/// How many inputs hold q, k and v: three, or one.
inline std::size_t attention_operands(const AttentionAttributes& a) { return a.heads > 0 ? 1 : 3; }

/// Types of the output and of the logarithms; throws for operands that do not fit.
Types check_attention(std::string_view op, const AttentionAttributes& a, std::span<const Type> operands);
void check_attention_mask(std::string_view op, const Type& mask, const Type& log_sum, std::int64_t columns);
/// How many columns a row may look at.
std::int64_t attention_columns(const AttentionAttributes& a, std::span<const Type> operands);

struct AttentionParts {
  Tensor q, k, v;  // [N,heads,T,d]
};
AttentionParts split_attention(const AttentionAttributes& a, std::span<const Tensor> operands);
/// [N,T,heads·d] → [N,heads,T,d], and back.
Tensor split_heads(const Tensor& x, std::int64_t heads);
Tensor join_heads(const Tensor& x);

double attention_scale(std::string_view op, const AttentionAttributes& a, const Tensor& q);
struct AttentionScores {
  Tensor values;  // scale·q·kᵀ, -∞ where a row may not look
  Tensor seen;    // bool, where it may look; empty: everywhere
};
AttentionScores attention_scores(std::string_view op, const AttentionAttributes& a,
                                 const AttentionParts& parts, const Tensor& mask);
/// a·bᵀ, of the scores' shape, 0 where nothing is seen.
Tensor attention_pairs(const Tensor& a, const Tensor& b, const Tensor& seen);
/// a·b, or aᵀ·b, of what is seen alone: a has the scores' shape. What a row does not see may be NaN.
Tensor attention_product(const Tensor& a, const Tensor& b, const Tensor& seen, bool transpose_a = false);

Tensors make_attention_backward(const AttentionAttributes& a, std::span<const Tensor> operands,
                                const Tensor& y, const Tensor& log_sum, const Tensor& g, const Tensor& mask);

}  // namespace luge
