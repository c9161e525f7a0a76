// Receptive fields by their formula, checked with the slopes of single positions.
#include "luge/nn/receptive_field.h"

#include <gtest/gtest.h>

#include "luge/luge.h"

namespace luge {
namespace {

TEST(ReceptiveField, OfTheFirstLayersOfVgg) {
  const auto net = nn::sequential(nn::Conv2d(4, {.kernel = 3, .padding = nn::same}), nn::Relu(),
                                  nn::Conv2d(4, {.kernel = 3, .padding = nn::same}), nn::MaxPool2d(2),
                                  nn::Conv2d(8, {.kernel = 3, .padding = nn::same}));
  const auto found = nn::receptive_fields(net, zeros({1, 3, 16, 16}));
  std::vector<ReceptiveAxis> axes;
  for (const auto& one : found) {
    if (one.field) axes.push_back((*one.field)[0]);
  }
  ASSERT_GE(axes.size(), 5u);
  EXPECT_EQ(axes[0], (ReceptiveAxis{3, 1, -1}));
  EXPECT_EQ(axes[1], (ReceptiveAxis{3, 1, -1}));
  EXPECT_EQ(axes[2], (ReceptiveAxis{5, 1, -2}));
  EXPECT_EQ(axes[3], (ReceptiveAxis{6, 2, -2}));
  EXPECT_EQ(axes[4], (ReceptiveAxis{10, 2, -4}));
}

// 7x7/2, pooling 3/2, four blocks of 3x3 … : published as 435 for the last features of resnet18.
TEST(ReceptiveField, OfResNet18IsThePublishedOne) {
  const nn::Model net = models::make("resnet18", 10);
  const auto found = nn::receptive_fields(*net, zeros({1, 3, 224, 224}));
  std::optional<std::array<ReceptiveAxis, 2>> last;
  for (const auto& one : found) {
    if (one.field && one.output[2] == 7) last = one.field;
  }
  ASSERT_TRUE(last);
  EXPECT_EQ((*last)[0].size, 435);
  EXPECT_EQ((*last)[0].stride, 32);
}

// The slope of one position is not 0 just inside its field.
TEST(ReceptiveField, HoldsThePixelsThatASlopeReaches) {
  const auto net = nn::sequential(
      nn::Conv2d(3, {.kernel = {3, 5}, .stride = {2, 1}, .padding = 1, .dilation = {2, 1}}),
      nn::ConvTranspose2d(2, {.kernel = 4, .stride = 2, .padding = 1}), nn::Conv2d(2, {.kernel = 3}));
  const Tensor x = random::normal({1, 2, 21, 23});
  for (const auto& layer : nn::receptive_fields(net, x)) {
    ASSERT_TRUE(layer.field) << layer.path;
    if (!layer.path.empty()) continue;
    const Tensor y = net(x);
    const std::int64_t row = y.extent(2) / 2, column = y.extent(3) / 2;
    const Tensor one = select(select(y, 2, row), 2, column);
    const auto slopes = max(abs(grad(sum(one), x)), {0, 1}).to_vector<float>();
    const auto& [down, across] = *layer.field;
    for (std::int64_t i = 0; i < 21; ++i) {
      for (std::int64_t j = 0; j < 23; ++j) {
        const bool inside =
            i >= down.start + down.stride * static_cast<double>(row) - 1e-9 &&
            i < down.start + down.stride * static_cast<double>(row) + down.size + 1e-9 &&
            j >= across.start + across.stride * static_cast<double>(column) - 1e-9 &&
            j < across.start + across.stride * static_cast<double>(column) + across.size + 1e-9;
        EXPECT_TRUE(inside || slopes[static_cast<std::size_t>(i * 23 + j)] == 0) << i << " " << j;
      }
    }
  }
}

TEST(ReceptiveField, IsNotClaimedWhereNoFormulaHolds) {
  const auto net = nn::sequential(nn::Flatten(), nn::Linear(48), nn::Reshape({3, 4, 4}));
  for (const auto& layer : nn::receptive_fields(net, zeros({1, 3, 4, 4})))
    EXPECT_FALSE(layer.field) << layer.path;
  EXPECT_THROW(nn::receptive_fields(net, zeros({1, 48})), ShapeError);
}

}  // namespace
}  // namespace luge
