// Multi-head attention as a layer.
#pragma once

#include <optional>

#include "luge/nn/linear.h"
#include "luge/nn/module.h"

namespace luge::nn {

/// Options of MultiHeadAttention.
struct AttentionLayerOptions {
  bool causal = false;         ///< position i attends to positions 0 … i only
  bool bias = true;            ///< all Linear layers have a bias
  double dropout = 0;          ///< the share of the weights that become 0 in train mode
  bool cross = false;          ///< key and value are inputs of their own
  bool mask_input = false;     ///< a mask is the last input; attention says what it may be
  bool rotary = false;         ///< q and k are turned by rotary_embedding; width/heads must be even
  double rotary_base = 10000;  ///< the base of its angles
  /// The number of heads of k and v, which divides `heads`. None: heads.
  std::optional<std::int64_t> kv_heads = {};
};

/// Attention of several heads.
///
/// Self-attention, the default: x [N,T,width] → [N,T,width]. The child "projection" is a Linear layer to q, k
/// and v of all heads, and the child "output" is a Linear layer back.
///
/// With `cross`: net({query [N,T,…], key [N,S,…], value [N,S,…]}) → [N,T,width]; without a value it is the
/// key. The children "query", "key" and "value" are Linear layers whose numbers of inputs are found at the
/// first call, so that they may differ.
///
/// Throws ShapeError for inputs that do not fit. Source: Vaswani et al. 2017, PyTorch nn.MultiheadAttention
/// with batch_first; Ainslie et al. 2023 for kv_heads; Su et al. 2021 for rotary.
class MultiHeadAttention : public Layer<MultiHeadAttention> {
 public:
  /// Makes the layer. Each head has width/heads features. Throws OptionError when there is not at least one
  /// head, when width is not divisible by heads or heads by kv_heads, and for a dropout rate outside [0, 1].
  MultiHeadAttention(std::int64_t width, std::int64_t heads, const AttentionLayerOptions& options = {});
  std::vector<std::string> input_names() const override;
  Tensor forward(const Tensor& x) const override;
  Tensors forward(const Tensors& inputs) const override;
  /// Does not attend to padded positions.
  Padded forward_padded(const Padded& x) const override;
  /// With `cross`: attends from the positions of a sequence to those of another one, and not to padded ones,
  /// nor to what `mask` forbids; luge::attention says what it may be. Throws StateError without `cross`.
  Padded attend(const Padded& query, const Padded& memory, const Tensor& mask = {}) const;
  std::string describe() const override;
  std::optional<LayerText> text() const override;
  /// Returns the work of both products of the heads; that of the Linear layers is theirs.
  Work work_of(const Tensors& inputs, const Tensors& outputs) const override;

 private:
  struct Sources {
    Tensor query, key, value, mask;
  };
  Tensor run(const Sources& in) const;
  Tensor split(const Tensor& x, std::int64_t heads) const;
  std::int64_t kv_heads() const { return options_.kv_heads.value_or(heads_); }
  std::int64_t width_, heads_;
  AttentionLayerOptions options_;
  std::optional<Linear> projection_, query_, key_, value_;
  Linear output_;
};

}  // namespace luge::nn
