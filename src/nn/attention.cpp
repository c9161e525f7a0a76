#include "luge/nn/attention.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

using options::at_least, options::elsewhere, options::required, options::within;

// What both layers have.
void head_fields(auto& self, auto&& field) {
  field("width", self.width, "numbers at each position", at_least(1), required,
        elsewhere({"embed_dim", "d_model", "units", "outputs"}));
  field("heads", self.heads, "number of heads; width is divisible by it", at_least(1), required,
        elsewhere({"num_heads", "nhead"}));
  field("causal", self.options.causal, "a position attends to itself and earlier ones only",
        elsewhere({"is_causal", "use_causal_mask"}));
  field("bias", self.options.bias, "the linear layers have a bias", elsewhere({"use_bias"}));
}

struct AttentionText {
  std::int64_t width = 0, heads = 0;
  AttentionLayerOptions options = {};
  static void fields(auto& self, auto&& field) { head_fields(self, field); }
};

struct BlockText {
  std::int64_t width = 0, heads = 0;
  TransformerBlockOptions options = {};
  static void fields(auto& self, auto&& field) {
    head_fields(self, field);
    field("expansion", self.options.expansion, "the hidden layer has expansion·width features", at_least(1));
    field("dropout", self.options.dropout, "dropout rate of each half, before it is added", within(0, 1));
  }
};

// Before the members are made of it.
template <class Text>
std::int64_t checked_width(std::string_view layer, const Text& text) {
  options::check(layer, text);
  if (text.width % text.heads == 0) return text.width;
  throw options::OptionError(
      layer, options::OptionError(
                 "width", fmt::format("width {} is not divisible by {} heads", text.width, text.heads)));
}

const RegisteredLayer<AttentionText> kAttention(
    "multi-head-attention", "self-attention, [N,T,width] to [N,T,width]",
    [](const AttentionText& text) { return MultiHeadAttention(text.width, text.heads, text.options); });
const RegisteredLayer<BlockText> kBlock(
    "transformer-block", "pre-norm block of attention and two linear layers, [N,T,width] to [N,T,width]",
    [](const BlockText& text) { return TransformerBlock(text.width, text.heads, text.options); });

}  // namespace

MultiHeadAttention::MultiHeadAttention(std::int64_t width, std::int64_t heads,
                                       const AttentionLayerOptions& options)
    : width_(checked_width("MultiHeadAttention", AttentionText{width, heads, options})),
      heads_(heads),
      options_(options),
      projection_(child("projection", Linear(Shape{3, width}.elements(), {.bias = options.bias}))),
      output_(child("output", Linear(width, {.bias = options.bias}))) {}

Tensor MultiHeadAttention::forward(const Tensor& x) const { return attend(x, {}); }

Padded MultiHeadAttention::forward_padded(const Padded& x) const {
  check_axis(x, 1);
  return x.with(attend(x.values, unsqueeze(x.mask(), {1, 2})));  // padded positions are no keys: [N,1,1,T]
}

Tensor MultiHeadAttention::attend(const Tensor& x, const Tensor& mask) const {
  if (x.rank() != 3 || (x.extent(2) != width_ && x.extent(2) != unknown)) {
    throw ShapeError(fmt::format("input {} does not fit; expected [N,T,{}]", x.shape().to_string(), width_));
  }
  return output_(self_attention(projection_(x), heads_, {.causal = options_.causal}, mask));
}

std::optional<LayerText> MultiHeadAttention::text() const {
  return kAttention.text({width_, heads_, options_});
}

std::string MultiHeadAttention::describe() const {
  return fmt::format("MultiHeadAttention {}x{}", heads_, width_ / heads_);
}

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

Tensor TransformerBlock::forward(const Tensor& x) const {
  const auto dropped = [this](const Tensor& y) { return dropout_.rate() > 0 ? dropout_(y) : y; };
  const Tensor middle = x + dropped(attention_(norm1_(x)));
  return middle + dropped(narrow_(gelu(widen_(norm2_(middle)))));
}

Padded TransformerBlock::forward_padded(const Padded& x) const {
  const auto dropped = [this](const Padded& y) { return dropout_.rate() > 0 ? dropout_(y) : y; };
  const Padded middle = x.with(x.values + dropped(attention_(norm1_(x))).values);
  const Padded wide = widen_(norm2_(middle));
  return middle.with(middle.values + dropped(narrow_(wide.with(gelu(wide.values)))).values);
}

std::optional<LayerText> TransformerBlock::text() const { return kBlock.text({width_, heads_, options_}); }

std::string TransformerBlock::describe() const {
  return fmt::format("TransformerBlock {}x{}", heads_, width_ / heads_);
}

}  // namespace luge::nn
