// Decoder-only transformers over characters, in two sizes (Radford et al. 2019: pre-norm, learned positions).
#include <fmt/format.h>

#include <vector>

#include "luge/error.h"
#include "luge/nn/attention.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "models/layers.h"

namespace luge::models {
namespace {

struct Size {
  std::int64_t layers, heads, width, length;
};

class Gpt : public nn::Module {
 public:
  Gpt(std::int64_t vocabulary, const Size& size)
      : size_(size),
        tokens_(child("tokens", nn::Embedding(vocabulary, size.width, {.init = init::normal(0, 0.02)}))),
        positions_(parameter("positions")),
        blocks_(make_blocks()),
        norm_(child("norm", nn::LayerNorm())),
        head_(child("head", nn::Linear(vocabulary))) {}

  Tensor forward(const Tensor& ids) const override {
    const Tensor rows = positions(ids);
    Tensor x = tokens_(ids) + rows;
    for (const nn::TransformerBlock& block : blocks_) x = block(x);
    return head_(norm_(x));
  }
  nn::Padded forward_padded(const nn::Padded& ids) const override {
    const Tensor rows = positions(ids.values);
    nn::Padded x = tokens_(ids);
    x = x.with(x.values + rows);
    for (const nn::TransformerBlock& block : blocks_) x = block(x);
    return head_(norm_(x));
  }
  std::string type() const override { return "Gpt"; }

 protected:
  void create_parameters(const Tensor& ids) const override {
    const DType dtype = is_floating(ids.dtype()) ? ids.dtype() : f32;
    create(positions_, init::normal(0, 0.02)(Shape{size_.length, size_.width}, dtype));
  }

 private:
  // The rows of the positions of ids [N,T].
  Tensor positions(const Tensor& ids) const {
    const std::int64_t length = ids.extent(-1);
    if (ids.rank() != 2 || length > size_.length || length < 1) {
      throw ShapeError(fmt::format("input {} is not a batch of ids; expected [N,T] with T from 1 to {}",
                                   ids.shape().to_string(), size_.length));
    }
    const Tensor all = positions_.value();
    return length < size_.length ? slice(all, {.stop = length}) : all;
  }
  std::vector<nn::TransformerBlock> make_blocks() {
    std::vector<nn::TransformerBlock> blocks;
    for (std::int64_t k = 1; k <= size_.layers; ++k) {
      blocks.push_back(
          child(fmt::format("block{}", k), nn::TransformerBlock(size_.width, size_.heads, {.causal = true})));
    }
    return blocks;
  }

  Size size_;
  nn::Embedding tokens_;
  nn::Parameter positions_;
  std::vector<nn::TransformerBlock> blocks_;
  nn::LayerNorm norm_;
  nn::Linear head_;
};

nn::Model make_small(std::int64_t outputs) { return Gpt(outputs, {4, 4, 128, 64}); }
nn::Model make_large(std::int64_t outputs) { return Gpt(outputs, {6, 6, 384, 256}); }

Entry entry(std::string name, std::string description, std::int64_t length, nn::Model (*make)(std::int64_t)) {
  return {.name = std::move(name),
          .description = std::move(description),
          .input = Shape{length},
          .outputs = 65,
          .defaults = {.data = "",
                       .task = "next-token",
                       .loss = "softmax-cross-entropy",
                       .optimizer = "adam",
                       .learning_rate = 1e-3,
                       .batch = 12,
                       .epochs = 5,
                       .metrics = {"accuracy"},
                       .task_options = {{"length", std::to_string(length)}}},
          .make = make,
          .dtype = i64};
}

const bool added_small =
    add(entry("gpt-4x128", "decoder of 4 blocks, 4 heads, width 128, 64 characters", 64, make_small));
const bool added_large =
    add(entry("gpt-6x384", "decoder of 6 blocks, 6 heads, width 384, 256 characters", 256, make_large));

}  // namespace
}  // namespace luge::models
