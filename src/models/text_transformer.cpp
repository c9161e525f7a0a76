// A small transformer that reads the words of a text; the mean over all words says the class.
#include "luge/error.h"
#include "luge/nn/global_pool.h"
#include "luge/nn/positional.h"
#include "luge/nn/rearrange.h"
#include "luge/nn/transformer.h"
#include "models/text_classifiers.h"

namespace luge::models {
namespace {

struct TextTransformerOptions : VocabularyOptions {
  std::int64_t layers = 2;
  std::int64_t heads = 4;
  std::int64_t length = 400;
  double dropout = 0.3;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("layers", self.layers, "transformer blocks", options::within(1, 1000),
          options::elsewhere({"n_layer", "num_layers", "depth"}));
    field("heads", self.heads, "heads of attention in each block; they divide embedding", count(),
          options::elsewhere({"n_head", "num_heads", "nhead"}));
    field("length", self.length, "most tokens of a text", count(),
          options::elsewhere({"block_size", "n_ctx", "context", "max_length"}));
    field("dropout", self.dropout, "share that is dropped in each half of a block and before the last layer",
          share());
  }
};

nn::Model make_network(const TextTransformerOptions& o, std::int64_t outputs) {
  nn::Sequential net =
      nn::sequential(nn::Embedding(o.vocabulary, o.embedding), nn::PositionalEncoding(o.length));
  for (std::int64_t k = 0; k < o.layers; ++k)
    net.add(nn::TransformerBlock(o.embedding, o.heads, {.dropout = o.dropout}));
  net.add(nn::LayerNorm()).add(nn::Permute({2, 1})).add(nn::GlobalAvgPool());
  add_dropout(net, o.dropout);
  return net.add(nn::Linear(outputs));
}

const bool added_text_transformer =
    add("text-transformer", "classifies texts: embedding 128, 2 blocks of 4 heads, the mean over the words",
        [](const TextTransformerOptions& o) {
          if (o.embedding % o.heads != 0)
            throw ValueError(fmt::format("model text-transformer: heads is {}, which does not divide "
                                         "embedding = {}",
                                         o.heads, o.embedding));
          Entry entry = text_classifier(o, [o](std::int64_t outputs) { return make_network(o, outputs); });
          entry.defaults.task_options.emplace_back("longest", std::to_string(o.length));
          return entry;
        });

}  // namespace
}  // namespace luge::models
