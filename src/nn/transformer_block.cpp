// TransformerBlock, and what it is as text.
#include <fmt/format.h>

#include "luge/facts.h"
#include "luge/nn/transformer.h"
#include "luge/ops/nn.h"
#include "nn/registered_layer.h"
#include "nn/transformer_parts.h"

namespace luge::nn {
namespace {

struct BlockText {
  std::int64_t width = 0, heads = 0;
  TransformerBlockOptions options = {};
  static void fields(auto& self, auto&& field) {
    using options::at_least, options::elsewhere;
    head_fields(self, field);
    field("causal", self.options.causal, "a position attends to itself and earlier ones only",
          elsewhere({"is_causal", "use_causal_mask"}));
    field("bias", self.options.bias, "the linear layers have a bias", elsewhere({"use_bias"}));
    field("expansion", self.options.expansion, "the hidden layer has expansion·width features", at_least(1));
    field("dropout", self.options.dropout, "dropout rate of each half, before it is added",
          options::within(0, 1));
  }
};

const RegisteredLayer<BlockText> kBlock(
    "transformer-block", "pre-norm block of attention and two linear layers, [N,T,width] to [N,T,width]",
    [](const BlockText& text) { return TransformerBlock(text.width, text.heads, text.options); });

Tensor activated(const Tensor& x) { return gelu(x); }
Padded activated(const Padded& x) { return x.with(gelu(x.values)); }

const bool told_transformer_block =
    facts::add("layer", {{"transformer-block",
                          {.formula = "h = x + attention(norm(x)); y = h + linear(gelu(linear(norm(h))))",
                           .parameters = "with a hidden layer of 4·width: 12·width² + 13·width",
                           .output = "[N,T,width]",
                           .use = "as the block of a language model (GPT), with causal=true."}}});

}  // namespace

TransformerBlock::TransformerBlock(std::int64_t width, std::int64_t heads,
                                   const TransformerBlockOptions& options)
    : width_(checked_width("TransformerBlock", BlockText{width, heads, options})),
      heads_(heads),
      options_(options),
      norm1_(child("norm1", LayerNorm())),
      norm2_(child("norm2", LayerNorm())),
      attention_(child("attention",
                       MultiHeadAttention(width, heads, {.causal = options.causal, .bias = options.bias}))),
      widen_(child("widen", Linear(Shape{options.expansion, width}.elements(), {.bias = options.bias}))),
      narrow_(child("narrow", Linear(width, {.bias = options.bias}))),
      dropout_(child("dropout", Dropout(options.dropout))) {}

template <class Value>
Value TransformerBlock::run(const Value& x) const {
  const Value y =
      with_part(x, norm1_, true, [&](const Value& v) { return dropped(dropout_, attention_(v)); });
  return with_part(y, norm2_, true,
                   [&](const Value& v) { return dropped(dropout_, narrow_(activated(widen_(v)))); });
}

Tensor TransformerBlock::forward(const Tensor& x) const { return run(x); }
Padded TransformerBlock::forward_padded(const Padded& x) const { return run(x); }

std::optional<LayerText> TransformerBlock::text() const { return kBlock.text({width_, heads_, options_}); }

std::string TransformerBlock::describe() const {
  return fmt::format("TransformerBlock {}x{}", heads_, width_ / heads_);
}

}  // namespace luge::nn
