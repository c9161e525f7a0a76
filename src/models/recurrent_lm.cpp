// Language models of recurrent layers over characters: char-rnn, lstm-lm and gru-lm.
#include "models/layers.h"

namespace luge::models {
namespace {

struct RecurrentLmOptions {
  std::int64_t layers = 2;
  std::int64_t units = 256;
  std::int64_t embedding = 128;
  double dropout = 0;
  static void fields(auto& self, auto&& field) {
    field("layers", self.layers, "recurrent layers", options::within(1, 1000),
          options::elsewhere({"num_layers", "depth"}));
    field("units", self.units, "of each recurrent layer", count(),
          options::elsewhere({"hidden_size", "hidden"}));
    field("embedding", self.embedding, "width of the vector of a character", count(),
          options::elsewhere({"embedding_dim", "output_dim"}));
    field("dropout", self.dropout, "share that is dropped after each recurrent layer", share());
  }
};

template <class Layer>
nn::Model make_recurrent_lm(const RecurrentLmOptions& o, std::int64_t outputs) {
  nn::Sequential net = nn::sequential(nn::Embedding(outputs, o.embedding));
  for (std::int64_t k = 0; k < o.layers; ++k) {
    net.add(Layer(o.units));
    add_dropout(net, o.dropout);
  }
  return net.add(nn::Linear(outputs));
}

template <class Layer>
bool add_recurrent_lm(const char* name, const char* description) {
  return add(name, description, [](const RecurrentLmOptions& o) {
    return Entry{.input = Shape{64},
                 .outputs = 65,
                 .defaults = {.data = "",
                              .task = "next-token",
                              .loss = "softmax-cross-entropy",
                              .optimizer = "adam",
                              .learning_rate = 2e-3,
                              .batch = 64,
                              .epochs = 5,
                              .metrics = {"accuracy"},
                              .task_options = {{"length", "64"}}},
                 .make = [o](std::int64_t outputs) { return make_recurrent_lm<Layer>(o, outputs); },
                 .dtype = i64};
  });
}

const bool added_recurrent_lm =
    add_recurrent_lm<nn::RNN>("char-rnn",
                              "next-character model: embedding 128, two tanh layers of 256, linear") &&
    add_recurrent_lm<nn::LSTM>("lstm-lm",
                               "next-character model: embedding 128, two LSTM layers of 256, linear") &&
    add_recurrent_lm<nn::GRU>("gru-lm", "next-character model: embedding 128, two GRU layers of 256, linear");

}  // namespace
}  // namespace luge::models
