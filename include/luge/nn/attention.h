// Attention layers: multi-head self-attention, and the block that transformers are made of.
#pragma once

#include "luge/nn/dropout.h"
#include "luge/nn/linear.h"
#include "luge/nn/module.h"
#include "luge/nn/norm.h"

namespace luge::nn {

/// Options of MultiHeadAttention.
struct AttentionLayerOptions {
  bool causal = false;  ///< position i attends to positions 0 … i only
  bool bias = true;     ///< both Linear layers have a bias
};

/// Self-attention: x [N,T,width] → [N,T,width]. The child "projection" is a Linear layer to q, k and v of all
/// heads, and the child "output" is a Linear layer back. Throws ShapeError for an input that is not
/// [N,T,width]. Source: Vaswani et al. 2017, PyTorch nn.MultiheadAttention with q = k = v.
class MultiHeadAttention : public Layer<MultiHeadAttention> {
 public:
  /// Makes the layer. Each head has width/heads features. Throws OptionError when there is not at least one
  /// head or width is not divisible by heads.
  MultiHeadAttention(std::int64_t width, std::int64_t heads, const AttentionLayerOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  Tensor attend(const Tensor& x, const Tensor& mask) const;
  std::int64_t width_, heads_;
  AttentionLayerOptions options_;
  Linear projection_, output_;
};

/// Options of TransformerBlock.
struct TransformerBlockOptions {
  bool causal = false;         ///< position i attends to positions 0 … i only
  bool bias = true;            ///< all four Linear layers have a bias
  std::int64_t expansion = 4;  ///< the hidden layer of the second half has expansion·width features
  double dropout = 0;          ///< dropout rate of each half, before it is added
};

/// The pre-norm block of transformers, [N,T,width] → [N,T,width]: y = x + dropout(attention(norm1(x))), then
/// y + dropout(narrow(gelu(widen(norm2(y))))). Throws ShapeError for an input that is not [N,T,width].
/// Source: Radford et al. 2019 (GPT-2), PyTorch nn.TransformerEncoderLayer with norm_first and gelu.
class TransformerBlock : public Layer<TransformerBlock> {
 public:
  /// Makes the block. Throws OptionError when there is not at least one head, when width is not divisible by
  /// heads, for an expansion below 1, and for a dropout rate outside [0, 1].
  TransformerBlock(std::int64_t width, std::int64_t heads, const TransformerBlockOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  std::int64_t width_, heads_;
  TransformerBlockOptions options_;
  LayerNorm norm1_, norm2_;
  MultiHeadAttention attention_;
  Linear widen_, narrow_;
  Dropout dropout_;
};

}  // namespace luge::nn
