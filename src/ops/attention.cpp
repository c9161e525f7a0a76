// attention: softmax(scale·q·kᵀ)·v for each head (Vaswani et al. 2017), fused, so that the scores need not be
// kept: what the backward pass needs of them is one number a row, the logarithm of the sum of exponentials.
#include "ops/attention.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "graph/expand.h"
#include "luge/ops/compare.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "ops/attention_weights.h"
#include "ops/matmul_seen.h"

namespace luge {
namespace {

std::int64_t divided(std::string_view op, const Type& qkv, std::int64_t parts) {
  const std::int64_t width = qkv.shape[2];
  if (width < 0) return unknown;
  if (width > 0 && width % parts == 0) return width / parts;
  throw ShapeError(
      fmt::format("{}: {} has extent {} on axis 2, expected a multiple of {} (q, k and v of {} heads)", op,
                  qkv.to_string(), width, parts, parts / 3));
}

struct Attention : Op<Attention, AttentionAttributes> {
  static constexpr auto name = "attention";
  static constexpr Traits traits{.cost = 1000, .residuals_from = 1};

  Types infer(const Types& in) const {
    const std::size_t own = attention_operands(*this);
    check_inputs(name, in, own, own + 1);
    const auto operands = std::span(in.begin(), in.begin() + own);
    const Types out = check_attention(name, *this, operands);
    if (in.size() > own) check_attention_mask(name, in[own], out[1], attention_columns(*this, operands));
    return out;
  }

  Tensors decompose(const Tensors& in) const {
    const std::size_t own = attention_operands(*this);
    const Tensor mask = in.size() > own ? in[own] : Tensor();
    const AttentionParts parts = split_attention(*this, std::span(in).first(own));
    const AttentionScores scores = attention_scores(name, *this, parts, mask);
    const Tensor &all = scores.values, &seen = scores.seen;
    const bool empty = all.extent(-1) == 0;
    Tensor shift = zeros({}, all.dtype()), looks;  // a row that sees nothing has no largest score
    if (empty || seen.defined())
      looks = empty ? zeros({}, boolean) : seen.rank() == 0 ? seen : any(seen, -1, keep_dims);
    if (!empty) {
      shift = stop_gradient(max(all, -1, keep_dims));
      if (looks.defined()) shift = where(looks, shift, 0);
    }
    const Tensor powers = exp(all - shift);
    const Tensor total = sum(powers, -1, keep_dims);
    const Tensor divisor = looks.defined() ? where(looks, total, 1) : total;
    const Tensor y = attention_product(powers / divisor, parts.v, seen);
    return {heads > 0 ? join_heads(y) : y, squeeze(log(divisor) + shift, -1)};
  }

  Tensors gradient(const GradientCall& c) const {
    const std::size_t own = attention_operands(*this);
    if (!c.g[0].defined()) return Tensors(c.in.size());
    Tensors result = make_attention_backward(*this, std::span(c.in).first(own), c.out[0], c.out[1], c.g[0],
                                             c.in.size() > own ? c.in[own] : Tensor());
    result.resize(c.in.size());
    return result;
  }
};
const Registered<Attention> registered_attention;

// The fused form adds no mask and drops nothing.
bool needs_weights(const AttentionOptions& options, const Tensor& mask) {
  return options.dropout > 0 || (mask.defined() && mask.dtype() != boolean);
}

}  // namespace

void check_attention_options(std::string_view op, const AttentionOptions& options) {
  if (!std::isfinite(options.scale)) {
    throw ValueError(fmt::format("{}: scale is {}; expected a finite number, 0 for 1/√d", op, options.scale));
  }
  if (!(options.dropout >= 0 && options.dropout <= 1))
    throw ValueError(fmt::format("{}: dropout is {}; expected 0 to 1", op, options.dropout));
}

Types check_attention(std::string_view op, const AttentionAttributes& a, std::span<const Type> operands) {
  const Type& q = operands[0];
  check_float(op, q);
  if (a.heads > 0) {
    check_rank(op, "projection", q, 3);
    const std::int64_t depth = divided(op, q, product(op, {3, a.heads}, 0, 2));
    return {{q.dtype, Shape{q.shape[0], q.shape[1], depth < 0 ? unknown : a.heads * depth}},
            {accumulator(q.dtype), Shape{q.shape[0], a.heads, q.shape[1]}}};
  }
  const Type &k = operands[1], &v = operands[2];
  check_same_dtype(op, q, k);
  check_same_dtype(op, q, v);
  check_rank(op, "q", q, 4);
  check_rank(op, "k", k, 4);
  check_rank(op, "v", v, 4);
  for (int axis = 0; axis < 2; ++axis) {
    check_extent(op, "k", k, axis, q.shape[axis]);
    check_extent(op, "v", v, axis, q.shape[axis]);
  }
  check_extent(op, "k", k, 3, q.shape[3]);
  check_extent(op, "v", v, 2, k.shape[2]);
  const Shape rows{known_of(q.shape[0], k.shape[0]), known_of(q.shape[1], k.shape[1]), q.shape[2]};
  return {{q.dtype, rows.appended(v.shape[3])}, {accumulator(q.dtype), rows}};
}

void check_attention_mask(std::string_view op, const Type& mask, const Type& log_sum, std::int64_t columns) {
  check_bool(op, mask);
  const Shape scores = log_sum.shape.appended(columns);
  if (broadcasts_to(mask.shape, scores)) return;
  throw ShapeError(fmt::format("{}: mask {} does not broadcast to the scores {}", op, mask.to_string(),
                               scores.to_string()));
}

std::int64_t attention_columns(const AttentionAttributes& a, std::span<const Type> operands) {
  return a.heads > 0 ? operands[0].shape[1] : operands[1].shape[2];
}

Tensor split_heads(const Tensor& x, std::int64_t heads) {
  return permute(unflatten(x, 2, {heads, unknown}), {0, 2, 1, 3});
}

Tensor join_heads(const Tensor& x) { return flatten(permute(x, {0, 2, 1, 3}), 2, 3); }

AttentionParts split_attention(const AttentionAttributes& a, std::span<const Tensor> operands) {
  if (a.heads == 0) return {operands[0], operands[1], operands[2]};
  const Tensors parts = chunk(operands[0], 3, 2);
  return {split_heads(parts[0], a.heads), split_heads(parts[1], a.heads), split_heads(parts[2], a.heads)};
}

double attention_scale(std::string_view op, const AttentionAttributes& a, const Tensor& q) {
  if (a.scale != 0) return a.scale;
  const std::int64_t depth = q.extent(-1);
  if (depth < 0)
    throw GraphError(fmt::format("{}: the depth of q {} must be known", op, q.shape().to_string()));
  return depth == 0 ? 1 : 1 / std::sqrt(static_cast<double>(depth));
}

AttentionScores attention_scores(std::string_view op, const AttentionAttributes& a,
                                 const AttentionParts& parts, const Tensor& mask) {
  const double scale = attention_scale(op, a, parts.q);
  const Tensor plain = matmul(parts.q, parts.k, {.transpose_b = true});
  const Tensor seen = attention_seen(a, plain, mask);
  if (!seen.defined()) return {plain * scale, {}};
  const Tensor products = product_seen(parts.q, parts.k, seen) * scale;
  return {where(seen, products, -std::numeric_limits<double>::infinity()), seen};
}

Tensor attention_pairs(const Tensor& a, const Tensor& b, const Tensor& seen) {
  return seen.defined() ? product_seen(a, b, seen) : matmul(a, b, {.transpose_b = true});
}

Tensor attention_product(const Tensor& a, const Tensor& b, const Tensor& seen, bool transpose_a) {
  return seen.defined() ? matmul_seen(a, b, seen, transpose_a) : matmul(a, b, {.transpose_a = transpose_a});
}

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options,
                 const Tensor& mask) {
  check_attention_options("attention", options);
  const Tensor keys = shared_heads("attention", "k", q, k), values = shared_heads("attention", "v", q, v);
  if (needs_weights(options, mask)) return composed_attention(q, keys, values, options, mask);
  const AttentionAttributes attributes{.causal = options.causal, .scale = options.scale};
  return mask.defined() ? make<Attention>(attributes, q, keys, values, mask)
                        : make<Attention>(attributes, q, keys, values);
}

Tensor self_attention(const Tensor& qkv, std::int64_t heads, const AttentionOptions& options,
                      const Tensor& mask) {
  check_attention_options("self_attention", options);
  if (heads < 1) throw ValueError(fmt::format("self_attention: heads is {}; expected 1 or more", heads));
  const AttentionAttributes attributes{.causal = options.causal, .scale = options.scale, .heads = heads};
  if (needs_weights(options, mask)) {
    check_attention("self_attention", attributes, std::vector<Type>{type_of(qkv)});
    const auto [q, k, v] = split_attention(attributes, std::vector<Tensor>{qkv});
    return join_heads(composed_attention(q, k, v, options, mask));
  }
  return mask.defined() ? make<Attention>(attributes, qkv, mask) : make<Attention>(attributes, qkv);
}

}  // namespace luge
