// What the layers of transformers share: options, and the parts that are added to what passes by. A value is
// a Tensor or a Padded.
#pragma once

#include <algorithm>
#include <string_view>

#include "luge/nn/dropout.h"
#include "luge/nn/layers.h"
#include "luge/nn/linear.h"
#include "luge/nn/norm.h"
#include "luge/ops/math.h"
#include "nn/attention_options.h"

namespace luge::nn {

/// The listing of a layer or a stack; T has width, heads and options.
void transformer_fields(auto& self, auto&& field) {
  using options::at_least, options::elsewhere, options::within;
  auto& own = self.options;
  field("hidden", own.hidden, "features of the hidden layer; 0: 4·width", at_least(0),
        elsewhere({"dim_feedforward", "intermediate_dim"}));
  field("dropout", own.dropout, "dropout rate of the weights, the hidden layer and each part", within(0, 1));
  field("activation", own.activation, "activation of the hidden layer", options::one_of(activation_names));
  field("norm_first", own.norm_first, "normalize before each part, not after adding it");
  field("epsilon", own.epsilon, "added to the variance by the normalizations", at_least(0),
        elsewhere({"layer_norm_eps"}));
  field("bias", own.bias, "the linear layers and normalizations have a bias", elsewhere({"use_bias"}));
  field("causal", own.causal, "a position attends to itself and earlier ones only",
        elsewhere({"is_causal", "use_causal_mask"}));
}

inline std::int64_t hidden_features(std::int64_t hidden, std::int64_t width) {
  return hidden > 0 ? hidden : Shape{4, width}.elements();
}

inline Tensor added(const Tensor& x, const Tensor& y) { return x + y; }
inline Padded added(const Padded& x, const Padded& y) { return x.with(x.values + y.values); }

template <class Value>
Value dropped(const Dropout& dropout, const Value& x) {
  return dropout.rate() > 0 ? dropout(x) : x;
}

/// x + part(norm(x)), or norm(x + part(x)).
template <class Value, class Part>
Value with_part(const Value& x, const LayerNorm& norm, bool norm_first, const Part& part) {
  return norm_first ? added(x, part(norm(x))) : norm(added(x, part(x)));
}

/// The child of this name. It is not a member of the class, because a copy of a Model in a clone would be the
/// original.
inline const Module& child_named(const Module& layer, std::string_view name) {
  const auto& children = layer.state()->children;
  return *std::ranges::find(children, name, &Module::State::Child::name)->module;
}

/// dropout(narrow(dropout(activation(widen(x))))).
template <class Value>
Value feed_forward(const Value& x, const Linear& widen, const Module& activation, const Linear& narrow,
                   const Dropout& dropout) {
  return dropped(dropout, narrow(dropped(dropout, activation(widen(x)))));
}

}  // namespace luge::nn
