#include "luge/nn/attention.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "nn/padded_axes.h"

namespace luge::nn {
namespace {

std::int64_t checked_width(std::string_view layer, std::int64_t width, std::int64_t heads) {
  if (heads < 1) throw ValueError(fmt::format("{}: {} heads; expected at least 1", layer, heads));
  if (width < 1 || width % heads != 0) {
    throw ValueError(fmt::format("{}: width {} is not divisible by {} heads", layer, width, heads));
  }
  return width;
}

std::int64_t checked_expansion(std::int64_t expansion) {
  if (expansion >= 1) return expansion;
  throw ValueError(fmt::format("TransformerBlock: expansion is {}; expected at least 1", expansion));
}

}  // namespace

MultiHeadAttention::MultiHeadAttention(std::int64_t width, std::int64_t heads,
                                       const AttentionLayerOptions& options)
    : width_(checked_width("MultiHeadAttention", width, heads)),
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

std::string MultiHeadAttention::describe() const {
  return fmt::format("MultiHeadAttention {}x{}", heads_, width_ / heads_);
}

TransformerBlock::TransformerBlock(std::int64_t width, std::int64_t heads,
                                   const TransformerBlockOptions& options)
    : width_(checked_width("TransformerBlock", width, heads)),
      heads_(heads),
      norm1_(child("norm1", LayerNorm())),
      norm2_(child("norm2", LayerNorm())),
      attention_(child("attention",
                       MultiHeadAttention(width, heads, {.causal = options.causal, .bias = options.bias}))),
      widen_(child("widen", Linear(Shape{checked_expansion(options.expansion), width}.elements(),
                                   {.bias = options.bias}))),
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

std::string TransformerBlock::describe() const {
  return fmt::format("TransformerBlock {}x{}", heads_, width_ / heads_);
}

}  // namespace luge::nn
