// Attention, transformers and other layers against PyTorch's, with the gradients of all parameters and
// inputs.
#include <gtest/gtest.h>

#include <map>

#include "luge/nn/bilinear.h"
#include "luge/nn/embedding.h"
#include "luge/nn/positional.h"
#include "luge/nn/rbm.h"
#include "luge/nn/transformer.h"
#include "nn/golden_layer.h"
#include "support/golden.h"

namespace luge::nn {
namespace {

using testing::Golden;

struct Row {
  std::function<Model()> make;
  std::size_t inputs = 1;
};

std::map<std::string, Row> rows() {
  std::map<std::string, Row> all;
  for (const auto& [width, heads] : {std::pair{4, 2}, {6, 3}, {2, 1}}) {
    const std::string name = "MultiHeadAttention/" + std::to_string(heads);
    const auto make = [width = width, heads = heads](const AttentionLayerOptions& options) {
      return [=] { return MultiHeadAttention(width, heads, options); };
    };
    all[name] = {make({})};
    all[name + " causal"] = {make({.causal = true})};
    all[name + " cross"] = {make({.cross = true}), 3};
  }
  const char* activations[] = {"relu", "gelu", "tanh"};
  const std::int64_t widths[] = {2, 4, 2}, heads[] = {1, 2, 1}, hidden[] = {4, 3, 8};
  for (std::size_t k = 0; k < 3; ++k) {
    const std::string end = "/" + std::to_string(k);
    const std::int64_t w = widths[k], h = heads[k];
    const bool first = k == 1;
    TransformerEncoderOptions encoder{
        .hidden = hidden[k], .dropout = 0, .activation = activations[k], .norm_first = first};
    all["TransformerEncoderLayer" + end] = {[=] { return TransformerEncoderLayer(w, h, encoder); }};
    all["TransformerEncoder" + end] = {[=] { return TransformerEncoder(w, h, 2, encoder, first); }};
    encoder.causal = true;
    all["TransformerEncoderLayer" + end + " causal"] = {
        [=] { return TransformerEncoderLayer(w, h, encoder); }};
    TransformerDecoderOptions decoder{
        .hidden = hidden[k], .dropout = 0, .activation = activations[k], .norm_first = first};
    all["TransformerDecoderLayer" + end] = {[=] { return TransformerDecoderLayer(w, h, decoder); }, 2};
    all["TransformerDecoder" + end] = {[=] { return TransformerDecoder(w, h, 2, decoder, first); }, 2};
    decoder.causal = false;
    all["TransformerDecoderLayer" + end + " seeing all"] = {
        [=] { return TransformerDecoderLayer(w, h, decoder); }, 2};
  }
  for (const char* width : {"6", "3", "2"}) {
    const std::string name = std::string("PositionalEncoding/") + width;
    all[name] = {[] { return PositionalEncoding(7); }};
    all[name + " learned"] = {[] { return PositionalEncoding(7, {.kind = PositionKind::learned}); }};
  }
  return all;
}

TEST(TransformerGolden, LayersArePyTorchs) {
  const std::map<std::string, Row> table = rows();
  std::map<std::string, int> seen;
  for (const Golden& golden : testing::read_goldens("nn/transformer.safetensors")) {
    if (!table.contains(golden.row)) continue;
    SCOPED_TRACE(golden.row);
    const Row& row = table.at(golden.row);
    expect_golden_layer(golden, row.make(), row.inputs,
                        [](const Model& net, const Tensors& in) { return net(in); });
    ++seen[golden.row];
  }
  EXPECT_EQ(seen.size(), table.size());
}

TEST(TransformerGolden, OtherLayersAreRight) {
  int seen = 0;
  for (const Golden& golden : testing::read_goldens("nn/transformer.safetensors")) {
    SCOPED_TRACE(golden.row);
    if (golden.row == "Bilinear") {
      expect_golden_layer(golden, Bilinear(golden.out[0].extent(-1)), 2,
                          [](const Model& net, const Tensors& in) { return net(in); });
      ++seen;
    } else if (golden.row == "Embedding") {  // of the dtype of its ids
      expect_golden_layer(golden, Embedding(6, 4, {.padding_index = 2, .scale = true}), 1,
                          [](const Model& net, const Tensors& in) { return Tensors{net(cast(in[0], f64))}; });
      ++seen;
    } else if (golden.row.starts_with("RBM")) {
      const bool binary = golden.row == "RBM";
      const RBM machine(4, {.visible = binary ? VisibleUnits::binary : VisibleUnits::gaussian});
      expect_golden_layer(golden, machine, 1, [&](const Model& net, const Tensors& in) {
        return Tensors{net(in[0]), machine.free_energy(in[0])};
      });
      ++seen;
    }
  }
  EXPECT_EQ(seen, 12);
}

}  // namespace
}  // namespace luge::nn
