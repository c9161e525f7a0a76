// A language model of LSTM layers over characters.
#include "models/layers.h"

namespace luge::models {
namespace {

struct LstmOptions {
  std::int64_t layers = 2;
  std::int64_t units = 256;
  std::int64_t embedding = 128;
  double dropout = 0;
  static void fields(auto& self, auto&& field) {
    field("layers", self.layers, "LSTM layers", options::within(1, 1000),
          options::elsewhere({"num_layers", "depth"}));
    field("units", self.units, "of each LSTM layer", count(), options::elsewhere({"hidden_size", "hidden"}));
    field("embedding", self.embedding, "width of the vector of a character", count(),
          options::elsewhere({"embedding_dim", "output_dim"}));
    field("dropout", self.dropout, "share that is dropped after each LSTM layer", share());
  }
};

nn::Model make_network(const LstmOptions& o, std::int64_t outputs) {
  nn::Sequential net = nn::sequential(nn::Embedding(outputs, o.embedding));
  for (std::int64_t k = 0; k < o.layers; ++k) {
    net.add(nn::LSTM(o.units));
    add_dropout(net, o.dropout);
  }
  return net.add(nn::Linear(outputs));
}

const bool added_lstm_lm =
    add("lstm-lm", "next-character model: embedding 128, two LSTM layers of 256, linear",
        [](const LstmOptions& o) {
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
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); },
                       .dtype = i64};
        });

}  // namespace
}  // namespace luge::models
