// Views: a network that looks at several views of a picture in eval mode, in files too.
#include "luge/nn/views.h"

#include <gtest/gtest.h>

#include "luge/nn/dropout.h"
#include "luge/nn/flatten.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/shape.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::nn {
namespace {

using testing::expect_error;
using Values = std::vector<double>;

Sequential body() {
  random::seed(2);
  Sequential net = sequential(Flatten(), Linear(3));
  net.build({1, 3, 4});
  return net;
}

// The picture whose pixel (y, x) is that of the other at (y + down, x + right), mirrored at the border.
Tensor shown(const Tensor& x, std::int64_t down, std::int64_t right) {
  const Values from = x.to_vector<double>();
  const auto mirrored = [](std::int64_t at, std::int64_t extent) {
    return at < 0 ? -at : at >= extent ? 2 * (extent - 1) - at : at;
  };
  std::vector<float> to;
  for (std::int64_t n = 0; n < x.extent(0); ++n) {
    for (std::int64_t y = 0; y < 3; ++y) {
      for (std::int64_t at = 0; at < 4; ++at) {
        const std::int64_t source = (n * 3 + mirrored(y + down, 3)) * 4 + mirrored(at + right, 4);
        to.push_back(static_cast<float>(from[static_cast<std::size_t>(source)]));
      }
    }
  }
  return tensor(to, x.shape());
}

void expect_near(const Tensor& got, const Tensor& expected) {
  const Values a = got.to_vector<double>(), b = expected.to_vector<double>();
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-6) << k;
}

TEST(Views, AreTheMeanOfMirroredAndMovedPictures) {
  const Sequential net = body();
  random::seed(3);
  const Tensor x = random::normal({2, 1, 3, 4});
  const auto both = [&](const Tensor& picture) { return 0.5 * (net(picture) + net(flip(picture, {3}))); };

  const Views mirror(net);
  expect_near(mirror(x), net(x));
  mirror.eval();
  expect_near(mirror(x), both(x));

  const Views moved(net, {.mirror = false, .shift = 1});
  moved.eval();
  expect_near(moved(x), 0.5 * net(x) + 0.25 * (net(shown(x, 1, 1)) + net(shown(x, -1, -1))));

  const Views all(net, {.mirror = true, .shift = 2});
  all.eval();
  expect_near(all(x), 0.5 * both(x) + 0.25 * (both(shown(x, 2, 2)) + both(shown(x, -2, -2))));
}

TEST(Views, AreInTheFile) {
  const testing::TempDir dir;
  const Views net(body(), {.shift = 1});
  net.build({1, 3, 4});
  net.save(dir.file("net.safetensors"));
  random::seed(3);
  const Tensor x = random::normal({5, 1, 3, 4});
  const Loaded loaded = load(dir.file("net.safetensors"));
  EXPECT_EQ(loaded.parameters("body.linear1.*").size(), 2u);
  net.eval(), loaded.eval();
  expect_near(loaded(x), net(x));
  net.train(), loaded.train();
  expect_near(loaded(x), net(x));
}

TEST(BadInput, C08_ViewsOfWhatIsNotAPicture) {
  const Views views(sequential(Linear(2)));
  views.build({3});
  views.eval();
  expect_error<ShapeError>([&] { views(zeros({2, 3})); }, {"Views", "[2,3]", "[N,C,H,W]"});
  expect_error<options::OptionError>([] { Views(Linear(1), {.shift = -1}); }, {"shift is -1"});
  expect_error<ValueError>([] { Views{Model()}; }, {"body is empty"});
  const Views maps(sequential(Dropout(0)));
  maps.eval();
  expect_error<ShapeError>([&] { maps(zeros({1, 1, 3, 3})); }, {"[1,1,3,3]", "whole pictures"});
}

}  // namespace
}  // namespace luge::nn
