// TransformerDecoderLayer and TransformerDecoder.
#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/nn/transformer.h"
#include "nn/input_count.h"
#include "nn/registered_layer.h"
#include "nn/transformer_parts.h"

namespace luge::nn {
namespace {

struct DecoderLayerText {
  std::int64_t width = 0, heads = 0;
  TransformerDecoderOptions options = {};
  static void fields(auto& self, auto&& field) {
    head_fields(self, field);
    transformer_fields(self, field);
  }
};
struct DecoderText {
  std::int64_t width = 0, heads = 0, layers = 0;
  TransformerDecoderOptions options = {};
  bool final_norm = false;
  static void fields(auto& self, auto&& field) {
    head_fields(self, field);
    field("layers", self.layers, "number of layers", options::at_least(1), options::required,
          options::elsewhere({"num_layers"}));
    transformer_fields(self, field);
    field("final_norm", self.final_norm, "normalize the result");
  }
};

const RegisteredLayer<DecoderLayerText> kLayer(
    "transformer-decoder-layer",
    "self-attention, attention to a memory and two linear layers, [N,T,width] and [N,S,…] to [N,T,width]",
    [](const DecoderLayerText& text) {
      return TransformerDecoderLayer(text.width, text.heads, text.options);
    });
const RegisteredLayer<DecoderText> kDecoder(
    "transformer-decoder", "several transformer-decoder-layer, [N,T,width] and [N,S,…] to [N,T,width]",
    [](const DecoderText& text) {
      return TransformerDecoder(text.width, text.heads, text.layers, text.options, text.final_norm);
    });

const bool told_transformer_decoder = facts::add(
    "layer", {{"transformer-decoder-layer",
               {.formula = "a = norm(x + attention(x)); h = norm(a + attention(a, memory)); y = norm(h + "
                           "linear(activation(linear(h)))); with norm_first, norms are inside",
                .parameters = "with a hidden layer of 4·width and a memory of width: 16·width² + 19·width",
                .output = "[N,T,width]",
                .use = "to write a sequence from another one that an encoder has read."}},
              {"transformer-decoder",
               {.formula = "transformer-decoder-layer, layers times one after the other",
                .parameters = "layers times those of a layer; with final_norm, 2·width more",
                .output = "[N,T,width]",
                .use = "as the writing half of a transformer."}}});

}  // namespace

TransformerDecoderLayer::TransformerDecoderLayer(std::int64_t width, std::int64_t heads,
                                                 const TransformerDecoderOptions& o)
    : width_(checked_width("TransformerDecoderLayer", DecoderLayerText{width, heads, o})),
      heads_(heads),
      options_(o),
      norm1_(child("norm1", LayerNorm({.epsilon = o.epsilon, .bias = o.bias}))),
      norm2_(child("norm2", LayerNorm({.epsilon = o.epsilon, .bias = o.bias}))),
      norm3_(child("norm3", LayerNorm({.epsilon = o.epsilon, .bias = o.bias}))),
      attention_(child(
          "attention",
          MultiHeadAttention(width, heads, {.causal = o.causal, .bias = o.bias, .dropout = o.dropout}))),
      cross_(child("cross",
                   MultiHeadAttention(width, heads, {.bias = o.bias, .dropout = o.dropout, .cross = true}))),
      widen_(child("widen", Linear(hidden_features(o.hidden, width), {.bias = o.bias}))),
      narrow_(child("narrow", Linear(width, {.bias = o.bias}))),
      dropout_(child("dropout", Dropout(o.dropout))) {
  child("activation", layer(o.activation));
}

Tensors TransformerDecoderLayer::forward(const Tensors& inputs) const {
  if (inputs.size() != 2) refuse_inputs(*this, inputs.size());
  const bool first = options_.norm_first;
  const Tensor y =
      with_part(inputs[0], norm1_, first, [&](const Tensor& v) { return dropped(dropout_, attention_(v)); });
  const Tensor z = with_part(y, norm2_, first, [&](const Tensor& v) {
    return dropped(dropout_, cross_(Tensors{v, inputs[1]})[0]);
  });
  return {with_part(z, norm3_, first, [&](const Tensor& v) {
    return feed_forward(v, widen_, child_named(*this, "activation"), narrow_, dropout_);
  })};
}

Padded TransformerDecoderLayer::decode(const Padded& x, const Padded& memory) const {
  return in_frame(*this, [&] {
    const bool first = options_.norm_first;
    const Padded y =
        with_part(x, norm1_, first, [&](const Padded& v) { return dropped(dropout_, attention_(v)); });
    const Padded z = with_part(y, norm2_, first,
                               [&](const Padded& v) { return dropped(dropout_, cross_.attend(v, memory)); });
    return with_part(z, norm3_, first, [&](const Padded& v) {
      return feed_forward(v, widen_, child_named(*this, "activation"), narrow_, dropout_);
    });
  });
}

std::optional<LayerText> TransformerDecoderLayer::text() const {
  return kLayer.text({width_, heads_, options_});
}

std::string TransformerDecoderLayer::describe() const {
  return fmt::format("TransformerDecoderLayer {}x{}", heads_, width_ / heads_);
}

TransformerDecoder::TransformerDecoder(std::int64_t width, std::int64_t heads, std::int64_t layers,
                                       const TransformerDecoderOptions& options, bool final_norm)
    : width_(checked_width("TransformerDecoder", DecoderText{width, heads, layers, options, final_norm})),
      heads_(heads),
      options_(options) {
  for (std::int64_t k = 1; k <= layers; ++k)
    layers_.push_back(child(fmt::format("layer{}", k), TransformerDecoderLayer(width, heads, options)));
  if (final_norm) norm_ = child("norm", LayerNorm({.epsilon = options.epsilon, .bias = options.bias}));
}

Tensors TransformerDecoder::forward(const Tensors& inputs) const {
  if (inputs.size() != 2) refuse_inputs(*this, inputs.size());
  Tensor y = inputs[0];
  for (const TransformerDecoderLayer& each : layers_) y = each(Tensors{y, inputs[1]})[0];
  return {norm_ ? (*norm_)(y) : y};
}

Padded TransformerDecoder::decode(const Padded& x, const Padded& memory) const {
  return in_frame(*this, [&] {
    Padded y = x;
    for (const TransformerDecoderLayer& each : layers_) y = each.decode(y, memory);
    return norm_ ? (*norm_)(y) : y;
  });
}

std::optional<LayerText> TransformerDecoder::text() const {
  return kDecoder.text(
      {width_, heads_, static_cast<std::int64_t>(layers_.size()), options_, norm_.has_value()});
}

std::string TransformerDecoder::describe() const {
  return fmt::format("TransformerDecoder {}x{} x{}", heads_, width_ / heads_, layers_.size());
}

}  // namespace luge::nn
