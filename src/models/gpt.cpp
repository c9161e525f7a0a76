// Decoder-only transformers over characters, in two sizes (Radford et al. 2019: pre-norm, learned positions).
#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <vector>

#include "luge/error.h"
#include "luge/nn/decoding.h"
#include "luge/nn/transformer.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "models/layers.h"

namespace luge::models {
namespace {

struct GptOptions {
  std::int64_t layers = 4;
  std::int64_t heads = 4;
  std::int64_t width = 128;
  std::int64_t length = 64;
  double dropout = 0;
  static void fields(auto& self, auto&& field) {
    field("layers", self.layers, "transformer blocks", options::within(1, 1000),
          options::elsewhere({"n_layer", "num_layers", "depth"}));
    field("heads", self.heads, "heads of attention in each block; they divide width", count(),
          options::elsewhere({"n_head", "num_heads", "nhead"}));
    field("width", self.width, "features of a character", count(),
          options::elsewhere({"n_embd", "d_model", "embed_dim", "hidden_size"}));
    field("length", self.length, "most characters that are seen at once; also the length of training texts",
          count(), options::elsewhere({"block_size", "n_ctx", "context", "max_length"}));
    field("dropout", self.dropout, "share that is dropped of the embedded text and in each half of a block",
          share());
  }
};
struct LargeOptions : GptOptions {
  LargeOptions() : GptOptions{.layers = 6, .heads = 6, .width = 384, .length = 256} {}
};

class Gpt : public nn::Module, public nn::ReadsInSteps {
 public:
  Gpt(std::int64_t vocabulary, const GptOptions& options)
      : options_(options),
        tokens_(child("tokens", nn::Embedding(vocabulary, options.width, {.init = init::normal(0, 0.02)}))),
        positions_(parameter("positions")),
        blocks_(make_blocks()),
        norm_(child("norm", nn::LayerNorm())),
        head_(child("head", nn::Linear(vocabulary))) {
    if (options.dropout > 0) dropout_.emplace(child("dropout", nn::Dropout(options.dropout)));
  }

  Tensor forward(const Tensor& ids) const override {
    const Tensor rows = positions(ids);
    Tensor x = tokens_(ids) + rows;
    if (dropout_) x = (*dropout_)(x);
    for (const nn::TransformerBlock& block : blocks_) x = block(x);
    return head_(norm_(x));
  }
  nn::Padded forward_padded(const nn::Padded& ids) const override {
    const Tensor rows = positions(ids.values);
    nn::Padded x = tokens_(ids);
    x = x.with(x.values + rows);
    if (dropout_) x = (*dropout_)(x);
    for (const nn::TransformerBlock& block : blocks_) x = block(x);
    return head_(norm_(x));
  }
  std::string type() const override { return "Gpt"; }

 protected:
  void create_parameters(const Tensor& ids) const override {
    const DType dtype = is_floating(ids.dtype()) ? ids.dtype() : f32;
    create(positions_, init::normal(0, 0.02)(Shape{options_.length, options_.width}, dtype));
  }

 private:
  // The rows of the positions of ids [N,T].
  Tensor positions(const Tensor& ids) const {
    const std::int64_t length = ids.extent(-1);
    if (ids.rank() != 2 || length > options_.length || length < 1) {
      throw ShapeError(fmt::format("input {} is not a batch of ids; expected [N,T] with T from 1 to {}",
                                   ids.shape().to_string(), options_.length));
    }
    const Tensor all = positions_.value();
    if (nn::Decoding* const decoding = nn::Decoding::current()) return take(all, decoding->position());
    return length < options_.length ? slice(all, {.stop = length}) : all;
  }
  std::vector<nn::TransformerBlock> make_blocks() {
    std::vector<nn::TransformerBlock> blocks;
    for (std::int64_t k = 1; k <= options_.layers; ++k) {
      blocks.push_back(child(fmt::format("block{}", k),
                             nn::TransformerBlock(options_.width, options_.heads,
                                                  {.causal = true, .dropout = options_.dropout})));
    }
    return blocks;
  }

  GptOptions options_;
  nn::Embedding tokens_;
  nn::Parameter positions_;
  std::vector<nn::TransformerBlock> blocks_;
  nn::LayerNorm norm_;
  nn::Linear head_;
  std::optional<nn::Dropout> dropout_;
};

Entry entry(std::string_view name, const GptOptions& o) {
  if (o.width % o.heads != 0) {
    throw ValueError(
        fmt::format("model {}: heads is {}, which does not divide width = {}", name, o.heads, o.width));
  }
  return {.input = Shape{o.length},
          .outputs = 65,
          .defaults = {.data = "",
                       .task = "next-token",
                       .loss = "softmax-cross-entropy",
                       .optimizer = "adam",
                       .learning_rate = 1e-3,
                       .batch = 12,
                       .epochs = 5,
                       .metrics = {"accuracy"},
                       .task_options = {{"length", std::to_string(o.length)}}},
          .make = [o](std::int64_t outputs) -> nn::Model { return Gpt(outputs, o); },
          .dtype = i64};
}

const bool added_small = add("gpt-4x128", "decoder of 4 blocks, 4 heads, width 128, 64 characters",
                             [](const GptOptions& o) { return entry("gpt-4x128", o); });
const bool added_large = add("gpt-6x384", "decoder of 6 blocks, 6 heads, width 384, 256 characters",
                             [](const LargeOptions& o) { return entry("gpt-6x384", o); });

}  // namespace
}  // namespace luge::models
