// TransformerEncoderLayer and TransformerEncoder.
#include <fmt/format.h>

#include "luge/facts.h"
#include "luge/nn/transformer.h"
#include "nn/registered_layer.h"
#include "nn/transformer_parts.h"

namespace luge::nn {
namespace {

struct EncoderLayerText {
  std::int64_t width = 0, heads = 0;
  TransformerEncoderOptions options = {};
  static void fields(auto& self, auto&& field) {
    head_fields(self, field);
    transformer_fields(self, field);
  }
};
struct EncoderText {
  std::int64_t width = 0, heads = 0, layers = 0;
  TransformerEncoderOptions options = {};
  bool final_norm = false;
  static void fields(auto& self, auto&& field) {
    head_fields(self, field);
    field("layers", self.layers, "number of layers", options::at_least(1), options::required,
          options::elsewhere({"num_layers"}));
    transformer_fields(self, field);
    field("final_norm", self.final_norm, "normalize the result");
  }
};

const RegisteredLayer<EncoderLayerText> kLayer(
    "transformer-encoder-layer", "self-attention and two linear layers, [N,T,width] to [N,T,width]",
    [](const EncoderLayerText& text) {
      return TransformerEncoderLayer(text.width, text.heads, text.options);
    });
const RegisteredLayer<EncoderText> kEncoder("transformer-encoder",
                                            "several transformer-encoder-layer, [N,T,width] to [N,T,width]",
                                            [](const EncoderText& text) {
                                              return TransformerEncoder(text.width, text.heads, text.layers,
                                                                        text.options, text.final_norm);
                                            });

const bool told_transformer_encoder =
    facts::add("layer", {{"transformer-encoder-layer",
                          {.formula = "h = norm(x + attention(x)); y = norm(h + "
                                      "linear(activation(linear(h)))); with norm_first, norms are inside",
                           .parameters = "with a hidden layer of 4·width: 12·width² + 13·width",
                           .output = "[N,T,width]",
                           .use = "to read a whole sequence at once, as in translation and BERT."}},
                         {"transformer-encoder",
                          {.formula = "transformer-encoder-layer, layers times one after the other",
                           .parameters = "layers times those of a layer; with final_norm, 2·width more",
                           .output = "[N,T,width]",
                           .use = "as the reading half of a transformer."}}});

}  // namespace

TransformerEncoderLayer::TransformerEncoderLayer(std::int64_t width, std::int64_t heads,
                                                 const TransformerEncoderOptions& o)
    : width_(checked_width("TransformerEncoderLayer", EncoderLayerText{width, heads, o})),
      heads_(heads),
      options_(o),
      norm1_(child("norm1", LayerNorm({.epsilon = o.epsilon, .bias = o.bias}))),
      norm2_(child("norm2", LayerNorm({.epsilon = o.epsilon, .bias = o.bias}))),
      attention_(child(
          "attention",
          MultiHeadAttention(width, heads, {.causal = o.causal, .bias = o.bias, .dropout = o.dropout}))),
      widen_(child("widen", Linear(hidden_features(o.hidden, width), {.bias = o.bias}))),
      narrow_(child("narrow", Linear(width, {.bias = o.bias}))),
      dropout_(child("dropout", Dropout(o.dropout))) {
  child("activation", layer(o.activation));
}

template <class Value>
Value TransformerEncoderLayer::run(const Value& x) const {
  const bool first = options_.norm_first;
  const Value y =
      with_part(x, norm1_, first, [&](const Value& v) { return dropped(dropout_, attention_(v)); });
  return with_part(y, norm2_, first, [&](const Value& v) {
    return feed_forward(v, widen_, child_named(*this, "activation"), narrow_, dropout_);
  });
}

Tensor TransformerEncoderLayer::forward(const Tensor& x) const { return run(x); }
Padded TransformerEncoderLayer::forward_padded(const Padded& x) const { return run(x); }

std::optional<LayerText> TransformerEncoderLayer::text() const {
  return kLayer.text({width_, heads_, options_});
}

std::string TransformerEncoderLayer::describe() const {
  return fmt::format("TransformerEncoderLayer {}x{}", heads_, width_ / heads_);
}

TransformerEncoder::TransformerEncoder(std::int64_t width, std::int64_t heads, std::int64_t layers,
                                       const TransformerEncoderOptions& options, bool final_norm)
    : width_(checked_width("TransformerEncoder", EncoderText{width, heads, layers, options, final_norm})),
      heads_(heads),
      options_(options) {
  for (std::int64_t k = 1; k <= layers; ++k)
    layers_.push_back(child(fmt::format("layer{}", k), TransformerEncoderLayer(width, heads, options)));
  if (final_norm) norm_ = child("norm", LayerNorm({.epsilon = options.epsilon, .bias = options.bias}));
}

template <class Value>
Value TransformerEncoder::run(const Value& x) const {
  Value y = x;
  for (const TransformerEncoderLayer& each : layers_) y = each(y);
  return norm_ ? (*norm_)(y) : y;
}

Tensor TransformerEncoder::forward(const Tensor& x) const { return run(x); }
Padded TransformerEncoder::forward_padded(const Padded& x) const { return run(x); }

std::optional<LayerText> TransformerEncoder::text() const {
  return kEncoder.text(
      {width_, heads_, static_cast<std::int64_t>(layers_.size()), options_, norm_.has_value()});
}

std::string TransformerEncoder::describe() const {
  return fmt::format("TransformerEncoder {}x{} x{}", heads_, width_ / heads_, layers_.size());
}

}  // namespace luge::nn
