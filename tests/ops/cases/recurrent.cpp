// Rows of plain recurrent layers, projected and reset-before forms, and of the lengths of sequences.
#include "luge/ops/math.h"
#include "luge/ops/sequence.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

Tensor state(const Tensors& in, std::size_t k) { return k < in.size() ? in[k] : Tensor(); }

// The gradient is that of single steps, so their number must be known: axis 0 is not any batch.
OpCase step_by_step(OpCase row) {
  row.batch = false;
  return row;
}

OpCase rnn_row(std::string name, RnnOptions options, std::vector<Inputs> inputs) {
  return product_row(
      std::move(name),
      [options](const Tensors& in) {
        const RnnOutput out = rnn(in[0], in[1], in[2], in[3], options, state(in, 4));
        return Tensors{out.y, out.h};
      },
      std::move(inputs));
}

OpCase projected_row(std::string name, RecurrentOptions options, std::vector<Inputs> inputs) {
  return product_row(
      std::move(name),
      [options](const Tensors& in) {
        const LstmOutput out =
            lstm_projected(in[0], in[1], in[2], in[3], in[4], options, state(in, 5), state(in, 6));
        return Tensors{out.y, out.h, out.c};
      },
      std::move(inputs));
}

OpCase reset_before_row(std::string name, bool batch_first, std::vector<Inputs> inputs) {
  return product_row(
      std::move(name),
      [batch_first](const Tensors& in) {
        const GruOptions options{.batch_first = batch_first, .reset_after = false};
        const GruOutput out = gru(in[0], in[1], in[2], in[3], in[4], options, state(in, 5));
        return Tensors{out.y, out.h};
      },
      std::move(inputs));
}

const OpCases recurrent = {
    rnn_row("rnn", {},
            {{uniform({3, 2, 1}), uniform({4, 1}), uniform({4, 4}), uniform({4}), uniform({2, 4})},
             {uniform({1, 2, 2}), uniform({3, 2}), uniform({3, 3}), uniform({3})}}),
    rnn_row("rnn/batch first", {.batch_first = true},
            {{uniform({2, 3, 2}), uniform({3, 2}), uniform({3, 3}), uniform({3}), uniform({2, 3})},
             {uniform({0, 2, 1}), uniform({3, 1}), uniform({3, 3}), uniform({3})}}),
    rnn_row("rnn/relu", {.batch_first = true, .activation = RnnActivation::relu},
            {{distinct({2, 3, 1}), distinct({3, 1}), distinct({3, 3}), distinct({3}), distinct({2, 3})}}),
    step_by_step(projected_row(
        "lstm_projected", {},
        {{uniform({2, 2, 1}), uniform({8, 1}), uniform({8, 1}), uniform({1, 2}), uniform({8}),
          uniform({2, 1}), uniform({2, 2})},
         {uniform({1, 3, 1}), uniform({12, 1}), uniform({12, 2}), uniform({2, 3}), uniform({12})}})),
    projected_row("lstm_projected/batch first", {.batch_first = true},
                  {{uniform({2, 3, 1}), uniform({8, 1}), uniform({8, 1}), uniform({1, 2}), uniform({8})},
                   {uniform({0, 2, 1}), uniform({8, 1}), uniform({8, 1}), uniform({1, 2}), uniform({8})}}),
    projected_row("lstm_projected/every c", {.batch_first = true, .every_c = true},
                  {{uniform({2, 2, 1}), uniform({8, 1}), uniform({8, 1}), uniform({1, 2}), uniform({8})}}),
    step_by_step(reset_before_row(
        "gru/reset before", false,
        {{uniform({2, 2, 1}), uniform({6, 1}), uniform({6, 2}), uniform({6}), uniform({6}), uniform({2, 2})},
         {uniform({1, 2, 1}), uniform({3, 1}), uniform({3, 1}), uniform({3}), uniform({3})}})),
    reset_before_row("gru/reset before, batch first", true,
                     {{uniform({2, 3, 1}), uniform({6, 1}), uniform({6, 2}), uniform({6}), uniform({6})},
                      {uniform({0, 2, 1}), uniform({3, 1}), uniform({3, 1}), uniform({3}), uniform({3})}}),
};

OpCase every_c(OpCase row) {
  row.golden = false;  // PyTorch gives that of the last step alone
  return row;
}

const OpCases cells = {
    every_c(product_row("lstm/every c",
                        [](const Tensors& in) {
                          const LstmOutput out =
                              lstm(in[0], in[1], in[2], in[3], {.batch_first = true, .every_c = true});
                          return Tensors{out.y, out.c};
                        },
                        {{uniform({2, 2, 1}), uniform({4, 1}), uniform({4, 1}), uniform({4})}})),
};

OpCase reverse_row(std::string name, ReverseSequenceOptions options, std::vector<Inputs> inputs) {
  return {.name = std::move(name),
          .build = [options](const Tensors& in) { return Tensors{reverse_sequence(in[0], in[1], options)}; },
          .inputs = std::move(inputs),
          .batch = options.batch_axis == 0};
}

const OpCases lengths = {
    reverse_row("reverse_sequence", {},
                {{uniform({3, 4, 2}), indices({3}, 5)},
                 {uniform({2, 1}), indices({2}, 2)},
                 {uniform({0, 3}), indices({0}, 4)},
                 {uniform({2, 0, 3}), indices({2}, 1)}}),
    reverse_row("reverse_sequence/time first", {.axis = 0, .batch_axis = 1},
                {{uniform({4, 3, 2}), indices({3}, 5)}, {uniform({3, 2}), indices({2}, 4)}}),
    reverse_row("reverse_sequence/apart", {.axis = 3, .batch_axis = 1},
                {{uniform({2, 3, 2, 3}), indices({3}, 4)}}),
    {.name = "check_lengths",
     .build = [](const Tensors& in) { return Tensors{check_lengths(in[0], in[1])}; },
     .inputs = {{indices({3}, 5), uniform({3, 4, 2})}, {indices({0}, 5), uniform({0, 4})}},
     .gradient = false,
     .second = false,
     .golden = false},
};

}  // namespace
}  // namespace luge::testing
