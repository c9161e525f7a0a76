// A language model of two LSTM layers over characters.
#include "models/layers.h"

namespace luge::models {
namespace {

nn::Model make_model(std::int64_t outputs) {
  return nn::sequential(nn::Embedding(outputs, 128), nn::LSTM(256), nn::LSTM(256), nn::Linear(outputs));
}

const bool added = add({.name = "lstm-lm",
                        .description = "next-character model: embedding 128, two LSTM layers of 256, linear",
                        .input = Shape{64},
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
                        .make = make_model,
                        .dtype = i64});

}  // namespace
}  // namespace luge::models
