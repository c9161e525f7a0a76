// Recurrent layers and cells against PyTorch's, with the gradients of all parameters, states and inputs:
// stacked, in both directions, projected, and over packed sequences.
#include <gtest/gtest.h>

#include <map>

#include "luge/nn/cell.h"
#include "luge/nn/recurrent.h"
#include "luge/ops/math.h"
#include "nn/golden_layer.h"
#include "support/golden.h"

namespace luge::nn {
namespace {

using testing::Golden;

struct Row {
  std::function<Model()> make;
  int states = 0;        // inputs after x that are states
  bool lengths = false;  // the input before them is lengths
};

template <class L>
void add_rows(std::map<std::string, Row>& rows, const std::string& name, int states) {
  const auto made = [](std::int64_t units, RecurrentLayerOptions options) {
    return [=] { return Model(L(units, options)); };
  };
  const RecurrentLayerOptions both{.direction = Direction::both};
  const RecurrentLayerOptions stack{.layers = 2}, both_stack{.layers = 2, .direction = Direction::both};
  rows[name] = {made(3, {})};
  rows[name + "/stack"] = {made(3, stack), states};
  rows[name + "/both"] = {made(2, both)};
  rows[name + "/both stack"] = {made(2, both_stack), states};
  rows[name + "/lengths"] = {made(3, {}), 0, true};
  rows[name + "/lengths both stack"] = {made(2, both_stack), states, true};
}

const std::map<std::string, Row>& rows() {
  static const std::map<std::string, Row> table = [] {
    std::map<std::string, Row> rows;
    add_rows<RNN>(rows, "RNN", 1);
    add_rows<LSTM>(rows, "LSTM", 2);
    add_rows<GRU>(rows, "GRU", 1);
    rows["RNN/relu"] = {[] { return RNN(3, {.activation = RnnActivation::relu}); }};
    rows["LSTM/projection"] = {
        [] { return LSTM(4, {.layers = 2, .direction = Direction::both, .projection = 2}); }};
    rows["LSTM/projection lengths"] = {
        [] { return LSTM(3, {.direction = Direction::both, .projection = 2}); }, 0, true};
    return rows;
  }();
  return table;
}

// PyTorch's outputs have an axis for layers and directions even where there is one.
RecurrentResult run(const Module& net, const Padded& x, const Tensor& h, const Tensor& c) {
  if (const auto* lstm = dynamic_cast<const LSTM*>(&net)) return lstm->run(x, h, c);
  if (const auto* gru = dynamic_cast<const GRU*>(&net)) return gru->run(x, h);
  return dynamic_cast<const RNN&>(net).run(x, h);
}

Tensors results(const Row& row, const Model& net, const Tensors& in) {
  const std::size_t first = row.lengths ? 2 : 1;
  const auto state = [&](int k) {
    return k < row.states ? in[first + static_cast<std::size_t>(k)] : Tensor();
  };
  const Padded x{in[0], row.lengths ? in[1] : Tensor()};
  const RecurrentResult out = run(*net, x, state(0), state(1));
  const auto with_axis = [](const Tensor& h) { return h.rank() == 2 ? unsqueeze(h, 1) : h; };
  Tensors found = {row.lengths ? x.with(out.y).filled() : out.y, with_axis(out.h)};
  if (out.c.defined()) found.push_back(with_axis(out.c));
  return found;
}

TEST(RecurrentGolden, LayersArePyTorchs) {
  std::map<std::string, int> seen;
  for (const Golden& golden : testing::read_goldens("nn/recurrent.safetensors")) {
    if (golden.row.find("Cell") != std::string::npos) continue;
    SCOPED_TRACE(golden.row);
    const Row& row = rows().at(golden.row);
    const std::size_t inputs = 1 + (row.lengths ? 1 : 0) + static_cast<std::size_t>(row.states);
    expect_golden_layer(golden, row.make(), inputs,
                        [&](const Model& net, const Tensors& in) { return results(row, net, in); });
    ++seen[golden.row];
  }
  EXPECT_EQ(seen.size(), rows().size());
}

TEST(RecurrentGolden, CellsArePyTorchs) {
  const std::map<std::string, std::function<Model(std::int64_t)>> cells = {
      {"RNNCell", [](std::int64_t units) { return RNNCell(units); }},
      {"LSTMCell", [](std::int64_t units) { return LSTMCell(units); }},
      {"GRUCell", [](std::int64_t units) { return GRUCell(units); }}};
  int seen = 0;
  for (const Golden& golden : testing::read_goldens("nn/recurrent.safetensors")) {
    if (!cells.contains(golden.row)) continue;
    SCOPED_TRACE(golden.row);
    expect_golden_layer(golden, cells.at(golden.row)(golden.out[0].extent(1)), golden.in.size() - 4,
                        [](const Model& net, const Tensors& in) { return net(in); });
    ++seen;
  }
  EXPECT_EQ(seen, 9);
}

}  // namespace
}  // namespace luge::nn
