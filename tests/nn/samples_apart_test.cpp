// What one sample holds, were it NaN or infinite, reaches no other sample's output and no other sample's
// gradient: kernels that work on several samples at once keep them apart.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/flatten.h"
#include "luge/nn/linear.h"
#include "luge/nn/norm.h"
#include "luge/nn/pool.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/residual.h"
#include "luge/nn/sequential.h"
#include "luge/nn/transformer.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/random.h"

namespace luge::nn {
namespace {

struct Row {
  std::string name;
  std::function<Model()> make;
  Shape input;  // with the batch
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

const Row rows[] = {
    {"Linear", [] { return Linear(33); }, {7, 19}},
    {"LinearLarge", [] { return sequential(Linear(300), Relu(), Linear(70), Gelu()); }, {150, 530}},
    {"Conv2d", [] { return Conv2d(16, {.kernel = 3, .padding = same}); }, {3, 16, 9, 9}},
    {"Conv2dLarge",
     [] { return sequential(Conv2d(64, {.kernel = 3, .padding = same}), Relu()); },
     {4, 64, 24, 24}},
    {"Conv2dStride", [] { return Conv2d(24, {.kernel = 3, .stride = 2, .padding = 1}); }, {3, 5, 11, 7}},
    {"Conv2dPoint", [] { return Conv2d(31, {.kernel = 1}); }, {3, 17, 6, 6}},
    {"Conv2dDepthwise",
     [] { return Conv2d(16, {.kernel = 3, .padding = same, .groups = 16}); },
     {3, 16, 8, 8}},
    {"ConvPool",
     [] { return sequential(Conv2d(16, {.kernel = 3, .padding = same}), Relu(), MaxPool2d(2)); },
     {3, 3, 16, 16}},
    {"ConvGray", [] { return sequential(Conv2d(6, {.kernel = 5}), Relu(), MaxPool2d(2)); }, {3, 1, 28, 28}},
    {"Conv1d", [] { return Conv1d(8); }, {3, 4, 17}},
    {"Conv3d", [] { return Conv3d(4, {.kernel = 2}); }, {3, 2, 5, 5, 5}},
    {"AvgPool", [] { return AvgPool2d(3, {.stride = 1, .padding = 1}); }, {3, 5, 7, 7}},
    {"GlobalAvgPool", [] { return GlobalAvgPool(); }, {3, 5, 7, 7}},
    {"LayerNorm", [] { return LayerNorm(); }, {5, 3, 33}},
    {"Softmax", [] { return Softmax(); }, {6, 37}},
    {"LSTM", [] { return LSTM(9); }, {6, 4, 5}},
    {"GRU", [] { return GRU(9); }, {6, 4, 5}},
    {"Attention", [] { return MultiHeadAttention(16, 2, {.causal = true}); }, {4, 9, 16}},
    {"Transformer", [] { return TransformerBlock(16, 2); }, {4, 9, 16}},
    {"Frozen",
     [] {
       const auto net = sequential(Conv2d(8, {.padding = same}), BatchNorm(), Relu(),
                                   Residual(Conv2d(8, {.padding = same})), Flatten(), Linear(5));
       net.set_training(false);
       return net;
     },
     {3, 3, 8, 8}},
};

class SamplesApart : public ::testing::TestWithParam<Row> {};

TEST_P(SamplesApart, NothingReachesAnother) {
  const Row& row = GetParam();
  for (const DType dtype : {f32, f64}) {
    random::seed(3);
    const Model net = row.make();
    const Tensor clean = random::uniform(row.input, -1, 1, dtype);
    eval({clean});
    net(clean);
    const auto run = compile([&](const Tensor& x) {
      const Tensor y = net(x);
      return Tensors{y, grad(sum(y * sigmoid(y)), x)};
    });
    const Tensors right = run(clean);
    const std::int64_t samples = row.input[0];
    for (const std::int64_t spoilt : {std::int64_t{0}, samples / 2, samples - 1}) {
      for (const double bad : {double{NAN}, double{INFINITY}}) {
        const Tensor x = where(equal(iota_like(clean, 0), spoilt), bad, clean);
        eval({x});
        const Tensors got = run(x);
        for (std::size_t k = 0; k < 2; ++k) {
          const auto a = right[k].to_vector<double>(), b = got[k].to_vector<double>();
          const std::size_t each = a.size() / static_cast<std::size_t>(samples);
          for (std::size_t i = 0; i < a.size(); ++i) {
            if (static_cast<std::int64_t>(i / each) == spoilt) continue;
            ASSERT_NEAR(a[i], b[i], (dtype == f64 ? 1e-12 : 1e-4) * (1 + std::abs(a[i])))
                << name(dtype) << ": " << bad << " in sample " << spoilt << " reaches "
                << (k == 0 ? "the output" : "the gradient") << " of sample " << i / each;
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, SamplesApart, ::testing::ValuesIn(rows),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace luge::nn
