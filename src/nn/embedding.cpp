#include "luge/nn/embedding.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/index.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

using options::at_least, options::elsewhere, options::required;

struct EmbeddingText {
  std::int64_t count = 0, width = 0;
  EmbeddingOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("count", self.count, "number of rows of the table: ids are 0 to count-1", at_least(1), required,
          elsewhere({"num_embeddings", "input_dim", "vocabulary"}));
    field("width", self.width, "numbers in a row", at_least(1), required,
          elsewhere({"embedding_dim", "output_dim", "outputs", "units"}));
    field("init", self.options.init, "initial value of weight",
          elsewhere({"initializer", "embeddings_initializer"}));
  }
};

const RegisteredLayer<EmbeddingText> kEmbedding("embedding",
                                                "a table of learned vectors, ids [N,…] to [N,…,width]",
                                                [](const EmbeddingText& text) {
                                                  return Embedding(text.count, text.width, text.options);
                                                });

}  // namespace

Embedding::Embedding(std::int64_t count, std::int64_t width, const EmbeddingOptions& options)
    : count_(count), width_(width), options_(options) {
  options::check("Embedding", EmbeddingText{count, width, options});
  weight = parameter("weight");
}

void Embedding::create_parameters(const Tensor& ids) const {
  create(weight, options_.init(Shape{count_, width_}, is_floating(ids.dtype()) ? ids.dtype() : f32));
}

Tensor Embedding::forward(const Tensor& ids) const {
  return embedding(weight, is_floating(ids.dtype()) ? to_index(ids, "Embedding: id") : ids);
}

Padded Embedding::forward_padded(const Padded& ids) const { return ids.with(forward(ids.values)); }

std::optional<LayerText> Embedding::text() const { return kEmbedding.text({count_, width_, options_}); }

std::string Embedding::describe() const { return fmt::format("Embedding {}x{}", count_, width_); }

}  // namespace luge::nn
