#include "luge/nn/summary.h"

#include <gtest/gtest.h>

#include "luge/nn/conv.h"
#include "luge/nn/flatten.h"
#include "luge/nn/linear.h"
#include "luge/nn/pool.h"
#include "luge/nn/sequential.h"

namespace luge::nn {
namespace {

// 3x3 same convolution, 3 → 64 maps, on 224x224 pixels: the first layer of VGG.
TEST(Summary, CountsAConvolutionAsTheBooksDo) {
  const Summary s = summary(Conv2d(64, {.kernel = 3, .padding = same}), {3, 224, 224});
  ASSERT_EQ(s.layers.size(), 1u);
  EXPECT_EQ(s.layers[0].parameters, 1792);
  EXPECT_EQ(s.layers[0].macs, 86704128);
  EXPECT_EQ(s.layers[0].neurons, 3211264);
  EXPECT_EQ(s.layers[0].connections, 3211264 * 28);
  EXPECT_EQ(s.layers[0].activation_bytes, 4 * 3211264);
}

// LeCun et al. 1998: C1 has 156 parameters and 122,304 connections, C5's 48,120 are both.
TEST(Summary, CountsConnectionsAsLeNet5Does) {
  const Summary s =
      summary(sequential(Conv2d(6, {.kernel = 5}), MaxPool2d(2), Flatten(), Linear(10)), {1, 32, 32});
  EXPECT_EQ(s.layers[0].parameters, 156);
  EXPECT_EQ(s.layers[0].connections, 122304);
  EXPECT_EQ(s.layers[0].neurons, 28 * 28 * 6);
  EXPECT_EQ(s.layers[1].neurons, 14 * 14 * 6);
  EXPECT_EQ(s.layers[1].macs, 0);
  EXPECT_EQ(s.layers[2].connections, 0);
  EXPECT_EQ(summary(Linear(120), {400}).connections, 48120);
  EXPECT_EQ(summary(Linear(120), {400}).macs, 48000);
}

TEST(Summary, TotalsAndTable) {
  const auto net = sequential(Conv2d(4), Flatten(), Linear(3));
  net.build({1, 4, 4});
  net.children()[0].second->set_trainable(false);
  const Summary s = summary(net, {1, 4, 4});
  EXPECT_EQ(s.parameters, 40 + 51);
  EXPECT_EQ(s.trainable, 51);
  const std::string table = s.to_string();
  for (const char* part :
       {"conv1", "Conv2d 3x3", "[N,4,2,2]", "linear1", "Linear 3", "parameters 91 (trainable 51)"}) {
    EXPECT_NE(table.find(part), std::string::npos) << part << " is missing from\n" << table;
  }
}

TEST(Summary, ALayerCalledTwiceCountsItsParametersOnce) {
  struct Twice : Module {
    Linear linear = child("linear", Linear(3));
    Tensor forward(const Tensor& x) const override { return linear(linear(x)); }
  };
  const Summary s = summary(Twice(), {3});
  EXPECT_EQ(s.parameters, 12);
  EXPECT_EQ(s.macs, 18);
}

}  // namespace
}  // namespace luge::nn
