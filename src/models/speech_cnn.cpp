// speech-cnn: which word a short sound says. Convolutions over the log-mel spectrogram halve bins and frames,
// and the mean over all that is left gives the features of the word.
#include "luge/nn/global_pool.h"
#include "models/layers.h"
#include "models/text_layers.h"

namespace luge::models {
namespace {

struct SpeechOptions {
  std::vector<std::int64_t> filters = {24, 48, 96, 128};
  double dropout = 0.25;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("filters", self.filters,
          "of each 3x3 convolution; bins and frames are halved after all but the last", count(),
          options::elsewhere({"channels", "width"}));
    field("dropout", self.dropout, "share that is dropped before the last layer", share());
    field("activation", self.activation, "after each convolution", activations());
  }
};

nn::Model make_network(const SpeechOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  for (std::size_t k = 0; k < o.filters.size(); ++k) {
    add_normalized_convolution(net, o.filters[k], o.activation);
    if (k + 1 < o.filters.size()) net.add(nn::MaxPool2d(2));
  }
  net.add(nn::GlobalAvgPool());
  add_dropout(net, o.dropout);
  return net.add(nn::Linear(outputs));
}

const bool added_speech_cnn =
    add("speech-cnn", "words in short sounds: 4 convolutions over a log-mel spectrogram",
        [](const SpeechOptions& o) {
          return Entry{.input = Shape{1, 40, 101},
                       .outputs = 10,
                       .defaults = {.data = "",
                                    .task = "classification",
                                    .loss = "softmax-cross-entropy",
                                    .optimizer = "adam",
                                    .learning_rate = 2e-3,
                                    .batch = 64,
                                    .epochs = 15,
                                    .metrics = {"accuracy"},
                                    .settings = {{"data.length", "8000"},
                                                 {"data.features", "log-mel"},
                                                 {"schedule.name", "cosine"}}},
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
