// Attention layers: heads over one projection, and the block that transformers are made of.
#pragma once

#include "luge/nn/dropout.h"
#include "luge/nn/linear.h"
#include "luge/nn/module.h"
#include "luge/nn/norm.h"

namespace luge::nn {

struct AttentionLayerOptions {
  bool causal = false;  // position i looks at positions 0 … i only
  bool bias = true;     // of both projections
};

/// Self-attention x [N,T,width] → [N,T,width]. Children projection, a Linear to q, k and v of all heads, and
/// output, a Linear back. `width` is found at the first call and must divide by `heads`, else ShapeError.
/// Throws ValueError for fewer than one head. Source: Vaswani et al. 2017, PyTorch nn.MultiheadAttention with
/// q = k = v.
class MultiHeadAttention : public Layer<MultiHeadAttention> {
 public:
  MultiHeadAttention(std::int64_t width, std::int64_t heads, const AttentionLayerOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;

 private:
  std::int64_t width_, heads_;
  AttentionLayerOptions options_;
  Linear projection_, output_;
};

struct TransformerBlockOptions {
  bool causal = false;
  bool bias = true;            // of all four Linear layers
  std::int64_t expansion = 4;  // the middle of the second half is this many times as wide
  double dropout = 0;          // of each half, before it is added
};

/// x + dropout(attention(norm(x))), then the same with linear, gelu, linear in place of attention:
/// [N,T,width] → [N,T,width]. Throws as MultiHeadAttention does, and ValueError for an expansion below 1 or a
/// rate outside [0,1]. Source: the pre-norm block of Radford et al. 2019 (GPT-2), PyTorch
/// nn.TransformerEncoderLayer with norm_first and gelu.
class TransformerBlock : public Layer<TransformerBlock> {
 public:
  TransformerBlock(std::int64_t width, std::int64_t heads, const TransformerBlockOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;

 private:
  std::int64_t width_, heads_;
  LayerNorm norm1_, norm2_;
  MultiHeadAttention attention_;
  Linear widen_, narrow_;
  Dropout dropout_;
};

}  // namespace luge::nn
