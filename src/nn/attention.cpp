#include "luge/nn/attention.h"

#include <fmt/format.h>

#include <limits>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/nn/decoding.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/positional.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "nn/attention_options.h"
#include "nn/input_count.h"
#include "nn/module_state.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"
#include "nn/work.h"

namespace luge::nn {
namespace {

using options::at_least, options::elsewhere, options::within;

struct AttentionText {
  std::int64_t width = 0, heads = 0;
  AttentionLayerOptions options = {};
  static void fields(auto& self, auto&& field) {
    head_fields(self, field);
    field("causal", self.options.causal, "a position attends to itself and earlier ones only",
          elsewhere({"is_causal", "use_causal_mask"}));
    field("bias", self.options.bias, "the linear layers have a bias", elsewhere({"use_bias"}));
    field("dropout", self.options.dropout, "share of the weights that become 0 in training", within(0, 1));
    field("cross", self.options.cross, "key and value are inputs of their own");
    field("mask_input", self.options.mask_input, "a mask is the last input");
    field("rotary", self.options.rotary, "turn q and k by an angle that grows with the position");
    field("rotary_base", self.options.rotary_base, "the base of these angles", options::above(0));
    field("kv_heads", self.options.kv_heads, "number of heads of k and v, which divides heads; none: heads",
          at_least(1), elsewhere({"num_key_value_heads"}));
  }
};

// Before the members are made of it.
std::int64_t checked(const AttentionText& text) {
  constexpr std::string_view layer = "MultiHeadAttention";
  checked_width(layer, text);
  const std::int64_t own = text.options.kv_heads.value_or(text.heads);
  if (text.heads % own == 0) return text.width;
  throw options::OptionError(
      layer, options::OptionError("kv_heads",
                                  fmt::format("heads {} is not divisible by kv_heads {}", text.heads, own)));
}

const RegisteredLayer<AttentionText> kAttention(
    "multi-head-attention", "self-attention, [N,T,width] to [N,T,width], or attention to another sequence",
    [](const AttentionText& text) { return MultiHeadAttention(text.width, text.heads, text.options); });

// The keys that are not padded, [N,1,1,S]; empty: all.
Tensor counted_keys(const Padded& x) { return x.length.defined() ? unsqueeze(x.mask(), {1, 2}) : Tensor(); }

Tensor both(const Tensor& mask, const Tensor& keys) {
  if (!mask.defined() || !keys.defined()) return mask.defined() ? mask : keys;
  if (mask.dtype() == boolean) return logical_and(mask, keys);
  return where(keys, mask, -std::numeric_limits<double>::infinity());
}

const bool told_attention =
    facts::add("layer", {{"multi-head-attention",
                          {.formula = "y = concat over heads of softmax(q·kᵀ/√d)·v, times w + "
                                      "b, where q, k and v are linear in x and d = width/heads",
                           .parameters = "4·width² + 4·width (without bias: 4·width²)",
                           .output = "[N,T,width]",
                           .use = "where each position should read from any others: text, and "
                                  "sequences of patches of pictures. Its work grows as T²."}}});

}  // namespace

MultiHeadAttention::MultiHeadAttention(std::int64_t width, std::int64_t heads,
                                       const AttentionLayerOptions& options)
    : width_(checked({width, heads, options})),
      heads_(heads),
      options_(options),
      output_(Linear(width, {.bias = options.bias})) {
  const LinearOptions linear{.bias = options.bias};
  const std::int64_t of_keys = width / heads * kv_heads();
  if (!options.cross) {
    const Shape all{3, width};
    projection_ =
        child("projection", Linear(kv_heads() == heads ? all.elements() : width + 2 * of_keys, linear));
  } else {
    query_ = child("query", Linear(width, linear));
    key_ = child("key", Linear(of_keys, linear));
    value_ = child("value", Linear(of_keys, linear));
  }
  child("output", output_);
}

std::vector<std::string> MultiHeadAttention::input_names() const {
  std::vector<std::string> names = Module::input_names();
  if (options_.cross) names = {"query", "key", "value"};
  if (options_.mask_input) names.emplace_back("mask");
  return names;
}

Tensor MultiHeadAttention::forward(const Tensor& x) const {
  if (options_.cross || options_.mask_input) return Module::forward(x);
  return run({x, {}, {}, {}});
}

Tensors MultiHeadAttention::forward(const Tensors& inputs) const {
  const std::size_t own = options_.cross ? 3 : 1, masks = options_.mask_input ? 1 : 0;
  const bool as_value = options_.cross && inputs.size() == 2 + masks;  // the key is the value, too
  if (inputs.size() != own + masks && !as_value) refuse_inputs(*this, inputs.size());
  Sources in{inputs[0], {}, {}, options_.mask_input ? inputs.back() : Tensor()};
  if (options_.cross) in.key = inputs[1], in.value = inputs[as_value ? 1 : 2];
  return {run(in)};
}

Padded MultiHeadAttention::forward_padded(const Padded& x) const {
  check_axis(x, 1);
  if (options_.cross || options_.mask_input) return Module::forward_padded(x);
  return x.with(run({x.values, {}, {}, counted_keys(x)}));
}

Padded MultiHeadAttention::attend(const Padded& query, const Padded& memory, const Tensor& mask) const {
  if (!options_.cross) throw StateError(describe() + ": attends to its own input; make it with cross");
  for (const Padded* each : {&query, &memory}) {
    if (each->length.defined()) check_axis(*each, 1);
  }
  return in_frame(*this, [&] {
    return query.with(run({query.values, memory.values, memory.values, both(mask, counted_keys(memory))}));
  });
}

// [N,T,heads·d] → [N,heads,T,d].
Tensor MultiHeadAttention::split(const Tensor& x, std::int64_t heads) const {
  return permute(unflatten(x, 2, {heads, width_ / heads_}), {0, 2, 1, 3});
}

Tensor MultiHeadAttention::run(const Sources& in) const {
  const auto check = [&](const Tensor& x, std::string_view what, std::int64_t width) {
    if (x.rank() == 3 && (width < 0 || x.extent(2) == width || x.extent(2) == unknown)) return;
    throw ShapeError(fmt::format("{} {} does not fit; expected [N,T,{}]", what, x.shape().to_string(),
                                 width < 0 ? "…" : std::to_string(width)));
  };
  Decoding* const decoding = Decoding::current();
  if (decoding && (options_.cross || options_.rotary || !options_.causal || in.mask.defined()))
    throw StateError(describe() + ": cannot read a sequence in steps");
  const AttentionOptions how{.causal = options_.causal && !decoding,
                             .dropout = options_.dropout > 0 && training() ? options_.dropout : 0};
  check(in.query, options_.cross ? "query" : "input", options_.cross ? -1 : width_);
  if (!decoding && !options_.cross && !options_.rotary && kv_heads() == heads_)
    return output_(self_attention((*projection_)(in.query), heads_, how, in.mask));
  Tensor q, k, v;
  if (options_.cross) {
    check(in.key, "key", -1), check(in.value, "value", -1);
    q = (*query_)(in.query), k = (*key_)(in.key), v = (*value_)(in.value);
  } else {
    const std::int64_t of_keys = width_ / heads_ * kv_heads();
    const Tensors parts = luge::split((*projection_)(in.query), {width_, of_keys, of_keys}, 2);
    q = parts[0], k = parts[1], v = parts[2];
  }
  q = split(q, heads_), k = split(k, kv_heads()), v = split(v, kv_heads());
  if (options_.rotary) {
    const RotaryOptions turn{.base = options_.rotary_base};
    q = rotary_embedding(q, turn), k = rotary_embedding(k, turn);
  }
  if (decoding) k = decoding->append("key", k), v = decoding->append("value", v);
  const Tensor mask = decoding ? decoding->filled() : in.mask;
  return output_(flatten(permute(attention(q, k, v, how, mask), {0, 2, 1, 3}), 2, 3));
}

std::optional<LayerText> MultiHeadAttention::text() const {
  return kAttention.text({width_, heads_, options_});
}

std::string MultiHeadAttention::describe() const {
  return fmt::format("MultiHeadAttention {}x{}", heads_, width_ / heads_);
}

Work MultiHeadAttention::work_of(const Tensors& inputs, const Tensors&) const {
  const Tensor& key = options_.cross && inputs.size() > 1 ? inputs[1] : inputs[0];
  const std::int64_t products = known_product({2, inputs[0].extent(1), key.extent(1), width_});
  return {.macs = products, .connections = products};
}

}  // namespace luge::nn
