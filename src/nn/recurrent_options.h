// What RNN, LSTM and GRU have in common as text.
#pragma once

#include "luge/nn/recurrent.h"
#include "luge/options.h"

template <>
struct luge::options::Names<luge::nn::Direction> {
  static constexpr std::pair<nn::Direction, const char*> all[] = {{nn::Direction::forward, "forward"},
                                                                  {nn::Direction::backward, "backward"},
                                                                  {nn::Direction::both, "both"}};
};
template <>
struct luge::options::Names<luge::nn::DirectionMerge> {
  static constexpr std::pair<nn::DirectionMerge, const char*> all[] = {{nn::DirectionMerge::concat, "concat"},
                                                                       {nn::DirectionMerge::sum, "sum"},
                                                                       {nn::DirectionMerge::mean, "mean"},
                                                                       {nn::DirectionMerge::none, "none"}};
};
template <>
struct luge::options::Names<luge::RnnActivation> {
  static constexpr std::pair<RnnActivation, const char*> all[] = {{RnnActivation::tanh, "tanh"},
                                                                  {RnnActivation::relu, "relu"}};
};

namespace luge::nn {

struct RecurrentText {
  std::int64_t units = 0;
  RecurrentLayerOptions options = {};
  static void fields(auto& self, auto&& field) {
    using options::at_least, options::elsewhere;
    auto& own = self.options;
    field("units", self.units, "numbers in the state", at_least(1), options::required,
          elsewhere({"hidden_size", "outputs", "width"}));
    field("bias", own.bias, "add biases", elsewhere({"use_bias"}));
    field("last_only", own.last_only, "return the last state alone, [N,units]",
          elsewhere({"return_sequences"}));
    field("init", own.init, "initial value of all weights and biases; none: uniform within ±1/√units",
          elsewhere({"initializer", "kernel_initializer"}));
    field("layers", own.layers, "how many layers read the output of the one before", at_least(1),
          elsewhere({"num_layers"}));
    field("direction", own.direction, "the order in which the steps are read",
          elsewhere({"bidirectional", "go_backwards"}));
    field("merge", own.merge, "what is made of the outputs of both directions", elsewhere({"merge_mode"}));
    field("dropout", own.dropout, "dropout rate between two layers", options::within(0, 1));
    field("learned_state", own.learned_state, "the state before the first step is learned");
    field("state_inputs", own.state_inputs, "the state before the first step is given as further inputs");
    field("state_outputs", own.state_outputs, "return the last state as further outputs",
          elsewhere({"return_state"}));
  }
};

}  // namespace luge::nn
