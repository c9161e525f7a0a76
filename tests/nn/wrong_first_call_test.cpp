// A wrong first input decides nothing, whatever the layer and whatever is wrong about it: rank, extents or
// dtype. The right one then gives what it gives a fresh layer, and is what the saved file names.
#include <gtest/gtest.h>

#include <functional>

#include "luge/compile.h"
#include "luge/error.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/dropout.h"
#include "luge/nn/embedding.h"
#include "luge/nn/flatten.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/norm.h"
#include "luge/nn/pool.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/residual.h"
#include "luge/nn/sequential.h"
#include "luge/nn/transformer.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "support/temp_dir.h"

namespace luge::nn {
namespace {

struct Row {
  std::string name;
  std::function<Model()> make;
  Shape input;  // with the batch
  DType dtype = f32;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

Sequential images() {
  return sequential(Conv2d(2, {.kernel = 3}), BatchNorm(), Relu(), MaxPool2d(2), Flatten(), Linear(3));
}

const Row rows[] = {
    {"Linear", [] { return Linear(4); }, {2, 3}},
    {"Conv1d", [] { return Conv1d(4); }, {2, 3, 7}},
    {"Conv2d", [] { return Conv2d(4, {.kernel = 3, .groups = 2}); }, {2, 4, 7, 5}},
    {"Conv3d", [] { return Conv3d(2, {.kernel = 2}); }, {2, 2, 3, 3, 3}},
    {"BatchNorm", [] { return BatchNorm(); }, {4, 3, 2, 2}},
    {"LayerNorm", [] { return LayerNorm({.axis = -2}); }, {2, 3, 4}},
    {"LSTM", [] { return LSTM(3); }, {2, 4, 2}},
    {"GRU", [] { return GRU(3); }, {2, 4, 2}},
    {"Embedding", [] { return Embedding(5, 3); }, {2, 4}, i64},
    {"MultiHeadAttention", [] { return MultiHeadAttention(4, 2); }, {2, 3, 4}},
    {"TransformerBlock", [] { return TransformerBlock(4, 2); }, {2, 3, 4}},
    {"Sequential", [] { return images(); }, {2, 1, 8, 8}},
    {"Nested", [] { return sequential(images(), Linear(4), sequential(Linear(3), Tanh())); }, {2, 1, 8, 8}},
    {"Residual", [] { return Residual(sequential(Linear(4), Linear(5)), Linear(5)); }, {2, 3}},
    {"ResidualOfItsInput", [] { return Residual(sequential(BatchNorm(), Linear(4))); }, {2, 4}},
    {"Words",
     [] { return sequential(Embedding(5, 4), TransformerBlock(4, 1), LSTM(2), Linear(3)); },
     {2, 3},
     i64},
};

Tensor input_of(const Shape& shape, DType dtype) {
  const Tensor order = reshape(arange(0, shape.elements(), 1, i64), shape);
  return is_floating(dtype) ? cast(order, dtype) * 0.1 - 1 : cast(mod(order, 5), dtype);
}

/// Other ranks, other extents of every axis, other dtypes.
std::vector<Tensor> others(const Row& row) {
  std::vector<Tensor> all;
  Shape longer;
  for (int rank = 0; rank <= 6; ++rank) {
    if (rank != row.input.rank()) all.push_back(input_of(longer, row.dtype));
    longer = longer.appended(2);
  }
  for (int axis = 0; axis < row.input.rank(); ++axis) {
    for (const std::int64_t extent : {0, 1, 2, 3, 5, 6, 13}) {
      if (extent != row.input[axis]) all.push_back(input_of(row.input.with(axis, extent), row.dtype));
    }
  }
  for (const DType dtype : {i32, i64, u8, boolean, f32, f64, bf16, f16}) {
    if (dtype != row.dtype) all.push_back(input_of(row.input, dtype));
  }
  return all;
}

std::vector<double> state_of(const Model& layer) {
  std::vector<double> all;
  for (const auto& list : {layer->named_parameters(), layer->named_buffers()}) {
    for (const NamedVariable& each : list) {
      const auto own = each.variable.value().to_vector<double>();
      all.insert(all.end(), own.begin(), own.end());
    }
  }
  return all;
}

class WrongFirstCalls : public ::testing::TestWithParam<Row> {};

TEST_P(WrongFirstCalls, DecideNothing) {
  const Row& row = GetParam();
  const testing::TempDir dir;
  const Tensor right = input_of(row.input, row.dtype);
  eval({right});
  random::seed(4);
  const Model expected = row.make();
  const std::vector<double> output = expected(right).to_vector<double>();
  const random::State drawn = random::state();
  int refused = 0;
  for (const bool compiled : {false, true}) {
    random::seed(4);
    Model layer = row.make();
    for (const Tensor& wrong : others(row)) {
      SCOPED_TRACE(wrong.shape().to_string() + " " + std::string(name(wrong.dtype())));
      const random::State before = random::state();
      try {
        if (compiled) {
          compile([&](const Tensor& x) { return layer(x); })(wrong);
        } else {
          layer(wrong);
        }
        layer = row.make();  // not wrong at all
        random::seed(4);
        continue;
      } catch (const Error&) {
        ++refused;
      }
      ASSERT_EQ(random::state(), before);
      ASSERT_EQ(layer->metadata().input, Shape());
      ASSERT_FALSE(layer->built());
    }
    EXPECT_EQ(layer(right).to_vector<double>(), output);
    EXPECT_EQ(random::state(), drawn);
    EXPECT_EQ(state_of(layer), state_of(expected));
    const std::string file = dir.file(compiled ? "compiled.safetensors" : "net.safetensors");
    layer->save(file);
    EXPECT_EQ(load(file).metadata().input, row.input.without(0));
    EXPECT_EQ(load(file).metadata().dtype, row.dtype);
  }
  EXPECT_GT(refused, 4);
}

INSTANTIATE_TEST_SUITE_P(Every, WrongFirstCalls, ::testing::ValuesIn(rows),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace luge::nn
