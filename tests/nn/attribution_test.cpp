// Saliency, Grad-CAM and occlusion on networks whose answers are known by hand.
#include "luge/nn/attribution.h"

#include <gtest/gtest.h>

#include "luge/luge.h"
#include "support/errors.h"

namespace luge {
namespace {

// Two outputs: the sums of the upper and of the lower half.
nn::Sequential halves() {
  nn::Linear last(2, {.bias = false});
  auto net = nn::sequential(nn::Flatten(), last);
  net.build({1, 4, 4});
  std::vector<float> weight(32, 0.0f);
  for (std::size_t i = 0; i < 8; ++i) weight[i] = 1, weight[24 + i] = 1;
  net.parameters()[0].assign(tensor(weight, {2, 16}));
  return net;
}

TEST(Attribution, SaliencyIsTheSlope) {
  const Tensor s = nn::saliency(halves(), random::normal({2, 1, 4, 4}), 1);
  ASSERT_EQ(s.shape(), Shape({2, 4, 4}));
  const auto values = s.to_vector<float>();
  for (std::size_t i = 0; i < 32; ++i) EXPECT_EQ(values[i], i % 16 >= 8 ? 1 : 0) << i;
  EXPECT_EQ(nn::saliency(halves(), random::normal({1, 1, 4, 4}), 1, {.samples = 3}).to_vector<float>(),
            std::vector<float>(values.begin(), values.begin() + 16));
}

TEST(Attribution, OcclusionFindsWhatIsAddedUp) {
  Tensor x = ones({1, 1, 4, 4});
  x = x * reshape(arange(0, 16, 1, f32), {1, 1, 4, 4});  // mean 7.5
  const Tensor falls = nn::occlusion(halves(), x, 0, {.window = 2, .stride = 2});
  ASSERT_EQ(falls.shape(), Shape({1, 2, 2}));
  // Upper windows hold 0+1+4+5 and 2+3+6+7; each is replaced by 4 * 7.5.
  EXPECT_EQ(falls.to_vector<float>(), (std::vector<float>{-20, -12, 0, 0}));
}

TEST(Attribution, GradCamWeighsChannelsByTheirMeanSlope) {
  nn::Conv2d conv(2, {.kernel = 1, .bias = false});
  nn::Linear last(1, {.bias = false});
  const auto net = nn::sequential(conv, nn::GlobalAvgPool(), last);
  net.build({2, 3, 3});
  net.parameters()[0].assign(tensor({1.f, 0.f, 0.f, 1.f}, {2, 2, 1, 1}));  // the channels as they are
  net.parameters()[1].assign(tensor({3.f, -1.f}, {1, 2}));
  const Tensor x = random::normal({1, 2, 3, 3});
  const Tensor map = nn::grad_cam(net, x, 0);
  const auto a = x.to_vector<float>(), found = map.to_vector<float>();
  ASSERT_EQ(map.shape(), Shape({1, 3, 3}));
  for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(found[i], std::max(0.0f, (3 * a[i] - a[9 + i]) / 9), 1e-5f);
  EXPECT_EQ(nn::grad_cam(net, x, 0, "conv1").to_vector<float>(), found);
}

TEST(Attribution, SaysWhatIsWrong) {
  const auto net = halves();
  EXPECT_THROW(nn::saliency(net, zeros({1, 16}), 0), ShapeError);
  EXPECT_THROW(nn::saliency(net, zeros({1, 1, 4, 4}), 2), IndexError);
  EXPECT_THROW(nn::saliency(net, zeros({1, 1, 4, 4}), 0, {.samples = 0}), ValueError);
  EXPECT_THROW(nn::grad_cam(net, zeros({1, 1, 4, 4}), 0), ValueError) << "no features";
  testing::expect_error<ValueError>(
      [&] {
        nn::grad_cam(net, zeros({1, 1, 4, 4}), 0, "linear2");
      },
      {"grad_cam", "no layer 'linear2' is called", "did you mean linear1?"});
  EXPECT_THROW(nn::occlusion(net, zeros({1, 1, 4, 4}), 0, {.window = 5}), ValueError);
}

}  // namespace
}  // namespace luge
