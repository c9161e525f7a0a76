// A transformer of an encoder and a decoder that translates (Vaswani et al. 2017, with pre-norm).
#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "luge/error.h"
#include "luge/nn/dropout.h"
#include "luge/nn/embedding.h"
#include "luge/nn/linear.h"
#include "luge/nn/padded.h"
#include "luge/nn/transformer.h"
#include "luge/ops/math.h"
#include "luge/ops/positional.h"
#include "luge/ops/shape.h"
#include "models/layers.h"
#include "models/translating.h"

namespace luge::models {
namespace {

struct TranslationTransformerOptions : TranslatingOptions {
  std::int64_t layers = 3;
  std::int64_t heads = 4;
  std::int64_t width = 256;
  double dropout = 0.1;
  static void fields(auto& self, auto&& field) {
    field("layers", self.layers, "of the encoder, and of the decoder", options::within(1, 1000),
          options::elsewhere({"n_layer", "num_layers", "depth"}));
    field("heads", self.heads, "heads of attention in each layer; they divide width", count(),
          options::elsewhere({"n_head", "num_heads", "nhead"}));
    field("width", self.width, "features of a token", count(),
          options::elsewhere({"n_embd", "d_model", "embed_dim", "hidden_size"}));
    field("dropout", self.dropout, "share that is dropped of the embedded texts and in each layer", share());
    common(self, field);
  }
};

class TranslationTransformer : public nn::Module {
 public:
  TranslationTransformer(std::int64_t tokens, const TranslationTransformerOptions& o)
      : width_(o.width),
        source_(child("source", embedding(o.source_vocabulary))),
        target_(child("target", embedding(tokens))),
        encoder_(child("encoder", nn::TransformerEncoder(o.width, o.heads, o.layers,
                                                         {.dropout = o.dropout, .norm_first = true}, true))),
        decoder_(child("decoder", nn::TransformerDecoder(o.width, o.heads, o.layers,
                                                         {.dropout = o.dropout, .norm_first = true}, true))),
        head_(child("head", nn::Linear(tokens))) {
    if (o.dropout > 0) dropout_.emplace(child("dropout", nn::Dropout(o.dropout)));
  }

  std::vector<std::string> input_names() const override { return translating_inputs(); }
  Tensors forward(const Tensors& in) const override {
    check_translating_inputs(in);
    const nn::Padded memory = encoder_(embedded(source_, {in[0], in[1]}));
    return {head_(decoder_.decode(embedded(target_, {in[2], in[3]}), memory)).values};
  }
  std::string type() const override { return "TranslationTransformer"; }

 private:
  // Rows of deviation 1/√width, which are multiplied by √width before positions are added.
  nn::Embedding embedding(std::int64_t tokens) const {
    return nn::Embedding(tokens, width_,
                         {.init = init::normal(0, 1 / std::sqrt(static_cast<double>(width_))), .scale = true});
  }
  nn::Padded embedded(const nn::Embedding& table, const nn::Padded& ids) const {
    const nn::Padded x = table(ids);
    const Tensor rows = x.values + sinusoidal_encoding(iota_like(ids.values, 1), width_, 10000, x.values.dtype());
    return x.with(dropout_ ? (*dropout_)(rows) : rows);
  }

  std::int64_t width_;
  nn::Embedding source_, target_;
  nn::TransformerEncoder encoder_;
  nn::TransformerDecoder decoder_;
  nn::Linear head_;
  std::optional<nn::Dropout> dropout_;
};

const bool added_translation_transformer =
    add("translation-transformer", "encoder and decoder of 3 layers, 4 heads, width 256, that translate",
        [](const TranslationTransformerOptions& o) {
          if (o.width % o.heads != 0) {
            throw ValueError(fmt::format("model translation-transformer: heads is {}, which does not divide "
                                         "width = {}",
                                         o.heads, o.width));
          }
          return translating_entry(o, 1e-3, [o](std::int64_t outputs) -> nn::Model {
            return TranslationTransformer(outputs, o);
          });
        });

}  // namespace
}  // namespace luge::models
