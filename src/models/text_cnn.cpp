// Convolutions over the words of a sentence (Kim 2014): filters of several widths, the largest of each over
// all positions.
#include <fmt/format.h>

#include "luge/nn/branches.h"
#include "luge/nn/global_pool.h"
#include "luge/nn/merge.h"
#include "luge/nn/rearrange.h"
#include "models/text_classifiers.h"

namespace luge::models {
namespace {

struct TextCnnOptions : VocabularyOptions {
  std::vector<std::int64_t> widths = {3, 4, 5};
  std::int64_t filters = 100;
  double dropout = 0.5;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("widths", self.widths, "words that the filters of each kind see at once", count(),
          options::elsewhere({"kernel_sizes", "filter_sizes"}));
    field("filters", self.filters, "filters of each width", count(), options::elsewhere({"channels"}));
    field("dropout", self.dropout, "share that is dropped before the last layer", share());
  }
};

nn::Model make_network(const TextCnnOptions& o, std::int64_t outputs) {
  std::vector<nn::Branch> layers;
  std::vector<std::string> all;
  for (std::size_t k = 0; k < o.widths.size(); ++k) {
    const std::string number = std::to_string(k + 1);
    layers.push_back({"filters" + number, nn::Conv1d(o.filters, {.kernel = o.widths[k], .padding = nn::same}),
                      {"input"}});
    layers.push_back({"relu" + number, nn::Relu()});
    layers.push_back({all.emplace_back("largest" + number), nn::GlobalMaxPool()});
  }
  if (all.size() > 1) layers.push_back({"all", nn::Concat(), all});
  nn::Sequential net = nn::sequential(nn::Embedding(o.vocabulary, o.embedding), nn::Permute({2, 1}),
                                      nn::Branches(layers));
  add_dropout(net, o.dropout);
  return net.add(nn::Linear(outputs));
}

const bool added_text_cnn =
    add("text-cnn", "classifies texts: embedding 128, 100 filters each of 3, 4 and 5 words, the largest of each",
        [](const TextCnnOptions& o) {
          return text_classifier(o, [o](std::int64_t outputs) { return make_network(o, outputs); });
        });

}  // namespace
}  // namespace luge::models
