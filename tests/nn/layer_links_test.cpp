// layer_links: a chain, a branch that is added, dropout that passes on, and a layer that is called twice.
#include "luge/nn/layer_links.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "luge/nn/activation.h"
#include "luge/nn/dropout.h"
#include "luge/nn/linear.h"
#include "luge/nn/residual.h"
#include "luge/nn/sequential.h"

namespace luge::nn {
namespace {

using Links = std::vector<LayerLink>;

TEST(LayerLinks, FollowAChain) {
  const Model net = sequential(Linear(4), Relu(), Dropout(0.5), Linear(2));
  EXPECT_EQ(layer_links(*net, {3}), (Links{{"", "linear1"},
                                           {"linear1", "relu1"},
                                           {"relu1", "dropout1"},
                                           {"dropout1", "linear2"},
                                           {"linear2", ""}}));
}

TEST(LayerLinks, ASumTakesFromBothBranches) {
  const Model net = sequential(Linear(3), Residual(sequential(Linear(3), Relu())), Linear(2));
  const Links links = layer_links(*net, {3});
  const auto has = [&](const LayerLink& link) {
    return std::find(links.begin(), links.end(), link) != links.end();
  };
  EXPECT_TRUE(has({"linear1", "residual1"})) << "around the branch";
  EXPECT_TRUE(has({"residual1", "linear2"})) << "the sum is made by the layer of both";
  std::size_t into_sum = 0;
  for (const LayerLink& link : links) into_sum += link.to == "residual1";
  EXPECT_EQ(into_sum, 2u);
}

TEST(LayerLinks, ThrowWhatTheLayersThrow) {
  const Model net = sequential(Linear(4));
  layer_links(*net, {3});
  EXPECT_THROW(layer_links(*net, {5}), ShapeError);
}

}  // namespace
}  // namespace luge::nn
