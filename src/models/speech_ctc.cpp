// speech-ctc: what is said in a sound, word after word. Convolutions over the log-mel spectrogram halve the
// bins to a few, an LSTM in both directions reads the frames, and each position says a character or none.
// There is a position for four frames.
#include "luge/nn/rearrange.h"
#include "luge/nn/time_distributed.h"
#include "models/layers.h"
#include "models/text_layers.h"

namespace luge::models {
namespace {

struct SpeechCtcOptions {
  std::vector<std::int64_t> filters = {16, 32, 48};
  std::int64_t units = 64;
  double dropout = 0.2;
  std::string activation = "relu";
  static void fields(auto& self, auto&& field) {
    field("filters", self.filters,
          "of each 3x3 convolution; the bins are halved after each, the frames after the first two", count(),
          options::elsewhere({"channels", "width"}));
    field("units", self.units, "of the LSTM in each direction", count(),
          options::elsewhere({"hidden_size", "hidden"}));
    field("dropout", self.dropout, "share that is dropped before the last layer", share());
    field("activation", self.activation, "after each convolution", activations());
  }
};

nn::Model make_network(const SpeechCtcOptions& o, std::int64_t outputs) {
  nn::Sequential net;
  for (std::size_t k = 0; k < o.filters.size(); ++k) {
    add_normalized_convolution(net, o.filters[k], o.activation);
    net.add(k < 2 ? nn::MaxPool2d(2) : nn::MaxPool2d({2, 1}));
  }
  net.add(nn::Permute({3, 1, 2}));  // frames first, each with channels and bins
  net.add(nn::TimeDistributed(nn::Flatten()));
  net.add(nn::LSTM(o.units, {.direction = nn::Direction::both}));
  add_dropout(net, o.dropout);
  return net.add(nn::Linear(outputs));
}

const bool added_speech_ctc =
    add("speech-ctc", "words one after the other in a sound: 3 convolutions, an LSTM both ways, for CTC",
        [](const SpeechCtcOptions& o) {
          Defaults defaults = text_training("ctc");
          defaults.data = "";
          defaults.epochs = 10;
          defaults.settings = {
              {"data.length", "32000"}, {"data.features", "log-mel"}, {"schedule.name", "cosine"}};
          return Entry{.input = Shape{1, 40, 401},
                       .outputs = 11,
                       .defaults = defaults,
                       .make = [o](std::int64_t outputs) { return make_network(o, outputs); }};
        });

}  // namespace
}  // namespace luge::models
