// The layers of transformers: encoders, decoders, and the block of language models.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "luge/nn/attention.h"
#include "luge/nn/dropout.h"
#include "luge/nn/linear.h"
#include "luge/nn/module.h"
#include "luge/nn/norm.h"

namespace luge::nn {

/// Options of TransformerBlock.
struct TransformerBlockOptions {
  bool causal = false;         ///< position i attends to positions 0 … i only
  bool bias = true;            ///< all four Linear layers have a bias
  std::int64_t expansion = 4;  ///< the hidden layer of the second half has expansion·width features
  double dropout = 0;          ///< dropout rate of each half, before it is added
};

/// The pre-norm block of transformers, [N,T,width] → [N,T,width]: y = x + dropout(attention(norm1(x))), then
/// y + dropout(narrow(gelu(widen(norm2(y))))). It is what TransformerEncoderLayer is with norm_first and
/// gelu, but drops nothing inside its two halves. Throws ShapeError for an input that is not [N,T,width].
/// Source: Radford et al. 2019 (GPT-2).
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
  template <class Value>
  Value run(const Value& x) const;
  std::int64_t width_, heads_;
  TransformerBlockOptions options_;
  LayerNorm norm1_, norm2_;
  MultiHeadAttention attention_;
  Linear widen_, narrow_;
  Dropout dropout_;
};

/// Options of TransformerEncoderLayer and TransformerEncoder.
struct TransformerEncoderOptions {
  std::int64_t hidden = 0;          ///< features of the hidden layer of the second half; 0: 4·width
  double dropout = 0.1;             ///< dropout rate of the weights, the hidden layer, and both halves
  std::string activation = "relu";  ///< of the hidden layer; one of nn::activation_names
  bool norm_first = false;          ///< normalize before each half, not after adding it
  double epsilon = 1e-5;            ///< of the normalizations
  bool bias = true;                 ///< all Linear layers and normalizations have a bias
  bool causal = false;              ///< position i attends to positions 0 … i only
};

/// One layer of the encoder of a transformer, [N,T,width] → [N,T,width]: y = norm1(x +
/// dropout(attention(x))), then norm2(y + dropout(narrow(dropout(activation(widen(y)))))); with norm_first x
/// + dropout(attention( norm1(x))) and so on. Throws ShapeError for an input that is not [N,T,width]. Source:
/// Vaswani et al. 2017, PyTorch nn.TransformerEncoderLayer with batch_first.
class TransformerEncoderLayer : public Layer<TransformerEncoderLayer> {
 public:
  /// Makes the layer. Throws OptionError when there is not at least one head, when width is not divisible by
  /// heads, and for an option out of range.
  TransformerEncoderLayer(std::int64_t width, std::int64_t heads,
                          const TransformerEncoderOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  template <class Value>
  Value run(const Value& x) const;
  std::int64_t width_, heads_;
  TransformerEncoderOptions options_;
  LayerNorm norm1_, norm2_;
  MultiHeadAttention attention_;
  Linear widen_, narrow_;
  Dropout dropout_;
};

/// Layers of an encoder one after the other, "layer1", "layer2", …, and with `final_norm` a LayerNorm "norm"
/// at the end, which norm_first needs. Source: PyTorch nn.TransformerEncoder.
class TransformerEncoder : public Layer<TransformerEncoder> {
 public:
  /// Makes the encoder. Throws OptionError for fewer than one layer, and as TransformerEncoderLayer.
  TransformerEncoder(std::int64_t width, std::int64_t heads, std::int64_t layers,
                     const TransformerEncoderOptions& options = {}, bool final_norm = false);
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  template <class Value>
  Value run(const Value& x) const;
  std::int64_t width_, heads_;
  TransformerEncoderOptions options_;
  std::vector<TransformerEncoderLayer> layers_;
  std::optional<LayerNorm> norm_;
};

/// Options of TransformerDecoderLayer and TransformerDecoder.
struct TransformerDecoderOptions {
  std::int64_t hidden = 0;          ///< features of the hidden layer of the last third; 0: 4·width
  double dropout = 0.1;             ///< dropout rate of the weights, the hidden layer, and all thirds
  std::string activation = "relu";  ///< of the hidden layer; one of nn::activation_names
  bool norm_first = false;          ///< normalize before each third, not after adding it
  double epsilon = 1e-5;            ///< of the normalizations
  bool bias = true;                 ///< all Linear layers and normalizations have a bias
  bool causal = true;               ///< position i attends to positions 0 … i of its own sequence only
};

/// One layer of the decoder of a transformer: net({input [N,T,width], memory [N,S,…]}) → [N,T,width]. Its
/// thirds are self-attention, attention to the memory, which is the result of an encoder, and two Linear
/// layers as in TransformerEncoderLayer. Throws ShapeError for inputs that do not fit. Source: Vaswani et al.
/// 2017, PyTorch nn.TransformerDecoderLayer with batch_first and, for `causal`, the mask of
/// generate_square_subsequent_mask.
class TransformerDecoderLayer : public Layer<TransformerDecoderLayer> {
 public:
  /// Makes the layer. Throws OptionError when there is not at least one head, when width is not divisible by
  /// heads, and for an option out of range.
  TransformerDecoderLayer(std::int64_t width, std::int64_t heads,
                          const TransformerDecoderOptions& options = {});
  std::vector<std::string> input_names() const override { return {"input", "memory"}; }
  Tensors forward(const Tensors& inputs) const override;
  /// Runs the layer on sequences of different lengths; both kinds of attention leave out padded positions.
  Padded decode(const Padded& x, const Padded& memory) const;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  std::int64_t width_, heads_;
  TransformerDecoderOptions options_;
  LayerNorm norm1_, norm2_, norm3_;
  MultiHeadAttention attention_, cross_;
  Linear widen_, narrow_;
  Dropout dropout_;
};

/// Layers of a decoder one after the other, "layer1", "layer2", …, which all read one memory, and with
/// `final_norm` a LayerNorm "norm" at the end. Source: PyTorch nn.TransformerDecoder.
class TransformerDecoder : public Layer<TransformerDecoder> {
 public:
  /// Makes the decoder. Throws OptionError for fewer than one layer, and as TransformerDecoderLayer.
  TransformerDecoder(std::int64_t width, std::int64_t heads, std::int64_t layers,
                     const TransformerDecoderOptions& options = {}, bool final_norm = false);
  std::vector<std::string> input_names() const override { return {"input", "memory"}; }
  Tensors forward(const Tensors& inputs) const override;
  /// Runs the decoder on sequences of different lengths.
  Padded decode(const Padded& x, const Padded& memory) const;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  std::int64_t width_, heads_;
  TransformerDecoderOptions options_;
  std::vector<TransformerDecoderLayer> layers_;
  std::optional<LayerNorm> norm_;
};

}  // namespace luge::nn
