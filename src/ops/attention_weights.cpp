// attention_weights: softmax(scale·q·kᵀ) of each head, 0 where a row may not look (Vaswani et al. 2017). What
// attention is made of where its fused form cannot serve: with a mask that is added, or with dropout.
#include "ops/attention_weights.h"

#include <fmt/format.h>

#include <limits>

#include "luge/ops/compare.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/matmul_seen.h"

namespace luge {
namespace {

constexpr double hidden = -std::numeric_limits<double>::infinity();

struct AttentionWeights : Op<AttentionWeights, AttentionAttributes> {  // inputs: q, k and perhaps a mask
  static constexpr auto name = "attention_weights";
  static constexpr Traits traits{.cost = 100};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2, 3);
    const Types out = check_attention(name, *this, std::vector<Type>{in[0], in[1], in[1]});
    const Type weights{in[0].dtype, out[1].shape.appended(in[1].shape[2])};
    if (in.size() < 3) return {weights};
    if (in[2].dtype != boolean) check_same_dtype(name, in[0], in[2]);
    if (broadcasts_to(in[2].shape, weights.shape)) return {weights};
    throw ShapeError(fmt::format("{}: mask {} does not broadcast to the scores {}", name, in[2].to_string(),
                                 weights.to_string()));
  }

  Tensors decompose(const Tensors& in) const {
    const Tensor &q = in[0], &k = in[1], mask = in.size() > 2 ? in[2] : Tensor();
    const double factor = attention_scale(name, *this, q);
    const Tensor plain = matmul(q, k, {.transpose_b = true});
    const Tensor seen = attention_seen(*this, plain, mask);
    if (plain.extent(-1) == 0) return {identity(plain)};
    if (!seen.defined()) return {softmax(plain * factor, -1)};
    Tensor scores = product_seen(q, k, seen) * factor;
    if (mask.defined() && mask.dtype() != boolean) scores = scores + where(seen, mask, 0);
    // A row that sees nothing has a softmax of zeros, of which nothing is left.
    const Tensor looks = any(broadcast_like(seen, plain), -1, keep_dims);
    const Tensor weights = softmax(where(seen, scores, where(looks, full_like(scores, hidden), 0)), -1);
    return {where(seen, weights, 0)};
  }
};
const Registered<AttentionWeights> registered_attention_weights;

Tensor make_weights(const Tensor& q, const Tensor& k, const AttentionOptions& options, const Tensor& mask) {
  const AttentionAttributes attributes{.causal = options.causal, .scale = options.scale};
  return mask.defined() ? make<AttentionWeights>(attributes, q, k, mask)
                        : make<AttentionWeights>(attributes, q, k);
}

}  // namespace

Tensor attention_seen(const AttentionAttributes& a, const Tensor& scores, const Tensor& mask) {
  Tensor seen;
  if (mask.defined()) seen = mask.dtype() == boolean ? mask : not_equal(mask, hidden);
  if (!a.causal) return seen;
  const Tensor before = greater_equal(iota_like(scores, -2), iota_like(scores, -1));
  return seen.defined() ? logical_and(before, seen) : before;
}

Tensor composed_attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options,
                          const Tensor& mask) {
  check_attention("attention", {}, std::vector<Type>{type_of(q), type_of(k), type_of(v)});
  const Tensor weights = make_weights(q, k, options, mask);
  const Tensor seen = attention_seen({.causal = options.causal}, weights, mask);
  return attention_product(options.dropout > 0 ? dropout(weights, options.dropout) : weights, v, seen);
}

Tensor shared_heads(std::string_view op, std::string_view what, const Tensor& q, const Tensor& k) {
  if (q.rank() != 4 || k.rank() != 4) return k;
  const std::int64_t heads = q.extent(1), own = k.extent(1);
  if (heads < 0 || own < 0 || heads == own) return k;
  if (own > 0 && heads % own == 0) return repeat(k, heads / own, 1);
  throw ShapeError(
      fmt::format("{}: {} {} has {} heads, q has {}; expected the same number, or a divisor of it", op, what,
                  k.shape().to_string(), own, heads));
}

Tensor attention_weights(const Tensor& q, const Tensor& k, const AttentionOptions& options,
                         const Tensor& mask) {
  check_attention_options("attention_weights", options);
  return make_weights(q, shared_heads("attention_weights", "k", q, k), options, mask);
}

}  // namespace luge
