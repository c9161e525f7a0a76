#include "luge/nn/embedding.h"

#include <fmt/format.h>

#include <cmath>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
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
    field("padding_index", self.options.padding_index,
          "the id of padding, whose row begins as 0 and gets no gradient; none: there is no such id",
          at_least(0), elsewhere({"padding_idx"}));
    field("scale", self.options.scale, "multiply the result by √width");
  }
};

const RegisteredLayer<EmbeddingText> kEmbedding("embedding",
                                                "a table of learned vectors, ids [N,…] to [N,…,width]",
                                                [](const EmbeddingText& text) {
                                                  return Embedding(text.count, text.width, text.options);
                                                });

const bool told_embedding = facts::add(
    "layer", {{"embedding",
               {.formula = "y = row x of the table w",
                .derivative = "the gradient of a row is the sum of those of the positions that read it",
                .parameters = "count·width",
                .output = "[N,…,width] for ids [N,…]",
                .use = "as the first layer for words, characters and categories."}}});

}  // namespace

Embedding::Embedding(std::int64_t count, std::int64_t width, const EmbeddingOptions& options)
    : count_(count), width_(width), options_(options) {
  options::check("Embedding", EmbeddingText{count, width, options});
  if (const auto at = options.padding_index; at && *at >= count) {
    throw options::OptionError(
        "Embedding",
        options::OptionError("padding_index",
                             fmt::format("padding_index is {}; expected 0 to {}", *at, count - 1)));
  }
  weight = parameter("weight");
}

void Embedding::create_parameters(const Tensor& ids) const {
  const Tensor drawn = options_.init(Shape{count_, width_}, is_floating(ids.dtype()) ? ids.dtype() : f32);
  const auto padding = options_.padding_index;
  create(weight, padding ? where(equal(iota_like(drawn, 0), *padding), 0, drawn) : drawn);
}

Work Embedding::work() const { return {.fan_in = 1}; }

Tensor Embedding::forward(const Tensor& ids) const {
  const Tensor rows = is_floating(ids.dtype()) ? to_index(ids, "Embedding: id") : ids;
  Tensor y = embedding(weight, rows);
  if (options_.padding_index)
    y = where(unsqueeze(is_label(rows, *options_.padding_index), -1), stop_gradient(y), y);
  return options_.scale ? y * std::sqrt(static_cast<double>(width_)) : y;
}

Padded Embedding::forward_padded(const Padded& ids) const { return ids.with(forward(ids.values)); }

std::optional<LayerText> Embedding::text() const { return kEmbedding.text({count_, width_, options_}); }

std::string Embedding::describe() const { return fmt::format("Embedding {}x{}", count_, width_); }

}  // namespace luge::nn
