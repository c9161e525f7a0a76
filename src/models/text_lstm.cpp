// An LSTM that reads the words of a text, whose last state says the class.
#include "models/text_classifiers.h"

namespace luge::models {
namespace {

struct TextLstmOptions : VocabularyOptions {
  std::int64_t units = 128;
  double dropout = 0.5;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("units", self.units, "of the LSTM", count(), options::elsewhere({"hidden_size", "hidden"}));
    field("dropout", self.dropout, "share that is dropped before the last layer", share());
  }
};

const bool added_text_lstm =
    add("text-lstm", "classifies texts: embedding 128 and an LSTM of 128", [](const TextLstmOptions& o) {
      return text_classifier(o, [o](std::int64_t outputs) -> nn::Model {
        nn::Sequential net = nn::sequential(nn::Embedding(o.vocabulary, o.embedding),
                                            nn::LSTM(o.units, {.last_only = true}));
        add_dropout(net, o.dropout);
        return net.add(nn::Linear(outputs));
      });
    });

}  // namespace
}  // namespace luge::models
