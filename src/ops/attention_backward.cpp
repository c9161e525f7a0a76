// attention_backward: the gradients of q, k and v. The weights of each row are made again from the products
// and the logarithm of the row's sum (Dao et al. 2022).
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/attention.h"

namespace luge {
namespace {

// inputs: q, k, v or qkv; the output, the logarithms, the output's gradient, and perhaps a mask
struct AttentionBackward : Op<AttentionBackward, AttentionAttributes> {
  static constexpr auto name = "attention_backward";
  static constexpr Traits traits{.cost = 1000};

  Types infer(const Types& in) const {
    const std::size_t own = attention_operands(*this);
    check_inputs(name, in, own + 3, own + 4);
    const auto operands = std::span(in.begin(), in.begin() + own);
    const Types out = check_attention(name, *this, operands);
    check_same_shape(name, "output", in[own], "attention's output", out[0]);
    check_same_shape(name, "log-sum", in[own + 1], "rows", out[1]);
    check_same_shape(name, "output gradient", in[own + 2], "attention's output", out[0]);
    for (const std::size_t k : {own, own + 2}) check_same_dtype(name, in[0], in[k]);
    if (in.size() > own + 3)
      check_attention_mask(name, in[own + 3], out[1], attention_columns(*this, operands));
    Types gradients;
    for (const Type& operand : operands) gradients.push_back(operand);
    return gradients;
  }

  Tensors decompose(const Tensors& in) const {
    const std::size_t own = attention_operands(*this);
    const Tensor mask = in.size() > own + 3 ? in[own + 3] : Tensor();
    const AttentionParts parts = split_attention(*this, std::span(in).first(own));
    const Tensor y = heads > 0 ? split_heads(in[own], heads) : in[own];
    const Tensor g = heads > 0 ? split_heads(in[own + 2], heads) : in[own + 2];
    const auto [scores, seen] = attention_scores(name, *this, parts, mask);
    const Tensor weights = exp(scores - unsqueeze(in[own + 1], -1));
    const Tensor of_weights = attention_pairs(g, parts.v, seen) - sum(g * y, -1, keep_dims);
    const Tensor of_scores = weights * of_weights * attention_scale(name, *this, parts.q);
    const Tensor dq = attention_product(of_scores, parts.k, seen);
    const Tensor dk = attention_product(of_scores, parts.q, seen, true);
    const Tensor dv = attention_product(weights, g, seen, true);
    if (heads == 0) return {dq, dk, dv};
    return {concat({join_heads(dq), join_heads(dk), join_heads(dv)}, 2)};
  }
};
const Registered<AttentionBackward> registered_attention_backward;

}  // namespace

Tensors make_attention_backward(const AttentionAttributes& a, std::span<const Tensor> operands,
                                const Tensor& y, const Tensor& log_sum, const Tensor& g, const Tensor& mask) {
  Tensors inputs(operands.begin(), operands.end());
  for (const Tensor& each : {y, log_sum, g}) inputs.push_back(each);
  if (mask.defined()) inputs.push_back(mask);
  return make_node(op_ref<AttentionBackward>(a), inputs);
}

}  // namespace luge
