#include "luge/ops/sequence.h"

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

using T = const Tensor&;

// Sums of products lose digits in 16 bits, so these rows are compared in float32 and float64.
// PyTorch's values for them stand in a file of their own (sequence_golden_test.cpp).
OpCase row(std::string name, std::function<Tensors(const Tensors&)> build, std::vector<Inputs> inputs) {
  return {.name = std::move(name),
          .build = std::move(build),
          .inputs = std::move(inputs),
          .halves = false,
          .golden = false};
}

OpCase lstm_row(std::string name, bool batch_first, std::vector<Inputs> inputs) {
  return row(
      std::move(name),
      [batch_first](const Tensors& in) {
        const LstmOutput out = in.size() == 6 ? lstm(in[0], in[1], in[2], in[3], {batch_first}, in[4], in[5])
                                              : lstm(in[0], in[1], in[2], in[3], {batch_first});
        return Tensors{out.y, out.h, out.c};
      },
      std::move(inputs));
}

OpCase gru_row(std::string name, bool batch_first, std::vector<Inputs> inputs) {
  return row(
      std::move(name),
      [batch_first](const Tensors& in) {
        const GruOutput out = in.size() == 6 ? gru(in[0], in[1], in[2], in[3], in[4], {batch_first}, in[5])
                                             : gru(in[0], in[1], in[2], in[3], in[4], {batch_first});
        return Tensors{out.y, out.h};
      },
      std::move(inputs));
}

OpCase only_output(OpCase row) {  // the states are dropped: their gradients are none
  row.build = [build = row.build](const Tensors& in) { return Tensors{build(in)[0]}; };
  return row;
}

const OpCases recurrent = {
    lstm_row("lstm", false,
             {{uniform({3, 2, 1}), uniform({8, 1}), uniform({8, 2}), uniform({8}), uniform({2, 2}),
               uniform({2, 2})},
              {uniform({1, 2, 1}), uniform({20, 1}), uniform({20, 5}), uniform({20})}}),
    lstm_row("lstm/batch first", true,
             {{uniform({2, 3, 2}), uniform({4, 2}), uniform({4, 1}), uniform({4}), uniform({2, 1}),
               uniform({2, 1})},
              {uniform({2, 2, 1}), uniform({12, 1}), uniform({12, 3}), uniform({12})},
              {uniform({0, 2, 1}), uniform({12, 1}), uniform({12, 3}), uniform({12})}}),
    only_output(lstm_row("lstm/outputs", true,
                         {{uniform({3, 2, 2}), uniform({4, 2}), uniform({4, 1}), uniform({4})}})),
    gru_row(
        "gru", false,
        {{uniform({3, 2, 1}), uniform({6, 1}), uniform({6, 2}), uniform({6}), uniform({6}), uniform({2, 2})},
         {uniform({1, 2, 1}), uniform({15, 1}), uniform({15, 5}), uniform({15}), uniform({15})}}),
    gru_row(
        "gru/batch first", true,
        {{uniform({2, 3, 2}), uniform({3, 2}), uniform({3, 1}), uniform({3}), uniform({3}), uniform({2, 1})},
         {uniform({0, 2, 1}), uniform({9, 1}), uniform({9, 3}), uniform({9}), uniform({9})}}),
    only_output(
        gru_row("gru/outputs", true,
                {{uniform({2, 3, 1}), uniform({3, 1}), uniform({3, 1}), uniform({3}), uniform({3})}})),
};

OpCase attention_row(std::string name, AttentionOptions options, std::vector<Inputs> inputs) {
  return row(
      std::move(name),
      [options](const Tensors& in) {
        return Tensors{attention(in[0], in[1], in[2], options, in.size() > 3 ? in[3] : Tensor())};
      },
      std::move(inputs));
}

OpCase self_row(std::string name, std::int64_t heads, AttentionOptions options, std::vector<Inputs> inputs) {
  return row(
      std::move(name),
      [=](const Tensors& in) {
        return Tensors{self_attention(in[0], heads, options, in.size() > 1 ? in[1] : Tensor())};
      },
      std::move(inputs));
}

// Every row may look at the first column, whatever the mask's other places hold.
OpCase with_mask(OpCase row) {
  row.build = [build = row.build](const Tensors& in) {
    Tensors inputs = in;
    inputs.back() = logical_or(in.back(), equal(iota_like(in.back(), -1), 0));
    return build(inputs);
  };
  return row;
}

const OpCases attentions = {
    attention_row("attention", {},
                  {{uniform({2, 2, 3, 4}), uniform({2, 2, 5, 4}), uniform({2, 2, 5, 3})},
                   {uniform({1, 1, 1, 1}), uniform({1, 1, 1, 1}), uniform({1, 1, 1, 1})},
                   {uniform({0, 2, 3, 2}), uniform({0, 2, 3, 2}), uniform({0, 2, 3, 2})}}),
    attention_row("attention/causal", {.causal = true},
                  {{uniform({2, 1, 4, 3}), uniform({2, 1, 4, 3}), uniform({2, 1, 4, 3})},
                   {uniform({1, 2, 3, 2}), uniform({1, 2, 5, 2}), uniform({1, 2, 5, 2})}}),
    attention_row("attention/scaled", {.scale = 0.3},
                  {{uniform({2, 1, 2, 3}), uniform({2, 1, 3, 3}), uniform({2, 1, 3, 2})}}),
    self_row("self_attention", 2, {}, {{uniform({2, 3, 12})}, {uniform({0, 3, 6})}}),
    self_row("self_attention/causal", 3, {.causal = true}, {{uniform({2, 4, 9})}}),
    with_mask(attention_row(
        "attention/masked", {},
        {{uniform({2, 1, 3, 2}), uniform({2, 1, 5, 2}), uniform({2, 1, 5, 2}), truths({3, 5})}})),
    with_mask(self_row("self_attention/masked", 1, {}, {{uniform({2, 3, 6}), truths({2, 1, 3, 3})}})),
};

}  // namespace
}  // namespace luge::testing
