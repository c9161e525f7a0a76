// Rows of attention with masks that are added, shared heads, weights, and of positions.
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/positional.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

using Build = std::function<Tensors(const Tensors&)>;

Build attention_of(AttentionOptions options) {
  return [options](const Tensors& in) {
    return Tensors{attention(in[0], in[1], in[2], options, in.size() > 3 ? in[3] : Tensor())};
  };
}

Build weights_of(AttentionOptions options) {
  return [options](const Tensors& in) {
    return Tensors{attention_weights(in[0], in[1], options, in.size() > 2 ? in[2] : Tensor())};
  };
}

const OpCases masks = {
    product_row(
        "attention/added mask", attention_of({}),
        {{uniform({2, 1, 3, 2}), uniform({2, 1, 4, 2}), uniform({2, 1, 4, 2}), uniform({3, 4})},
         {uniform({1, 2, 2, 2}), uniform({1, 2, 2, 2}), uniform({1, 2, 2, 1}), uniform({1, 2, 2, 2})}}),
    product_row("attention/added mask and causal", attention_of({.causal = true, .scale = 0.4}),
                {{uniform({2, 1, 3, 2}), uniform({2, 1, 3, 2}), uniform({2, 1, 3, 2}), uniform({3, 3})}}),
    product_row("attention/shared heads", attention_of({}),
                {{uniform({2, 4, 2, 2}), uniform({2, 2, 3, 2}), uniform({2, 2, 3, 1})},
                 {uniform({1, 3, 2, 2}), uniform({1, 1, 2, 2}), uniform({1, 1, 2, 2})}}),
    product_row("self_attention/added mask",
                [](const Tensors& in) { return Tensors{self_attention(in[0], 2, {}, in[1])}; },
                {{uniform({2, 3, 12}), uniform({3, 3})}}),
    product_row(
        "attention_weights", weights_of({}),
        {{uniform({2, 2, 3, 4}), uniform({2, 1, 5, 4})}, {uniform({0, 1, 2, 1}), uniform({0, 1, 3, 1})}}),
    product_row("attention_weights/causal", weights_of({.causal = true}),
                {{uniform({2, 1, 3, 2}), uniform({2, 1, 4, 2})}}),
    product_row("attention_weights/masked", weights_of({}),
                {{uniform({2, 1, 3, 2}), uniform({2, 1, 4, 2}), truths({3, 4})}}),
};

OpCase rotary_row(std::string name, RotaryOptions options, std::vector<Inputs> inputs) {
  return {.name = std::move(name),
          .build =
              [options](const Tensors& in) {
                return Tensors{rotary_embedding(in[0], options, in.size() > 1 ? in[1] : Tensor())};
              },
          .inputs = std::move(inputs)};
}

const OpCases positions = {
    rotary_row("rotary_embedding", {},
               {{uniform({2, 2, 3, 4})}, {uniform({1, 6})}, {uniform({0, 2, 2})}, {uniform({2, 0, 2})}}),
    rotary_row("rotary_embedding/interleaved", {.interleaved = true, .base = 50, .offset = 3},
               {{uniform({2, 3, 4})}, {uniform({2, 1, 1, 2})}}),
    rotary_row("rotary_embedding/positions", {.features = 4},
               {{uniform({2, 2, 3, 6}), indices({2, 1, 3}, 40)}, {uniform({2, 3, 5}), indices({3}, 7)}}),
    {.name = "sinusoidal_encoding",
     .build = [](const Tensors& in) { return Tensors{sinusoidal_encoding(in[0], 6, 10000, f64)}; },
     .inputs = {{indices({2, 5}, 90)}, {indices({}, 9)}, {indices({0}, 9)}},
     .gradient = false,
     .second = false,
     .halves = false,
     .floats = false},
    {.name = "sinusoidal_encoding/real positions",
     .build = [](const Tensors& in) { return Tensors{sinusoidal_encoding(in[0], 5, 10, in[0].dtype())}; },
     .inputs = {{uniform({2, 3})}, {uniform({})}}},
};

}  // namespace
}  // namespace luge::testing
