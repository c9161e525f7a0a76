// Filters that whiten the patches of pictures.
#include "luge/data/patch_whitening.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"
#include "luge/ops/shape.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using testing::expect_error;
using Values = std::vector<double>;

// Neighbors and channels are much alike.
Tensor smooth(std::int64_t count) {
  random::seed(4);
  const Tensor noise = random::normal({count, 3, 14, 15});
  const Tensor mixed = conv2d(noise, random::normal({3, 3, 4, 4}), Tensor());
  return mixed + 0.1 * random::normal(mixed.shape());
}

TEST(PatchWhitening, MakesResponsesUncorrelated) {
  const Tensor pictures = smooth(60);
  PatchWhitening patches({3, 2, 2});
  patches.add(slice(pictures, 0, 0, 25));
  patches.add(slice(pictures, 0, 25, 60));
  EXPECT_EQ(patches.count(), 60 * 10 * 11);
  const Tensor filters = patches.filters(24, 1e-9);
  EXPECT_EQ(filters.shape(), (Shape{24, 3, 2, 2}));
  const Tensor responses = reshape(permute(conv2d(pictures, filters, Tensor()), {1, 0, 2, 3}), {24, -1});
  const Values moments =
      (matmul(responses, transpose(responses)) / static_cast<double>(patches.count())).to_vector<double>();
  for (std::size_t i = 0; i < 12; ++i) {
    for (std::size_t j = 0; j < 12; ++j) {
      EXPECT_NEAR(moments[i * 24 + j], i == j ? 1 : 0, 2e-3) << i << ' ' << j;
      EXPECT_NEAR(moments[i * 24 + 12 + j], i == j ? -1 : 0, 2e-3) << "each with its opposite";
    }
  }
}

TEST(PatchWhitening, TakesTheLargestAxesAndDampsSmallOnes) {
  const Tensor pictures = smooth(40);
  PatchWhitening patches({3, 2, 2});
  patches.add(pictures);
  const Values all = patches.filters(24, 1e-9).to_vector<double>();
  const Values three = patches.filters(3, 1e-9).to_vector<double>();
  for (std::size_t k = 0; k < 12; ++k) {
    EXPECT_EQ(three[k], all[k]);
    EXPECT_EQ(three[12 + k], all[12 + k]);
    EXPECT_EQ(three[24 + k], -all[k]) << "the opposite of the first";
  }
  // Filters are v/√(λ+ε): their squared lengths are 1/(λ+ε).
  const Values damped = patches.filters(24, 0.5).to_vector<double>();
  for (std::size_t filter = 0; filter < 12; ++filter) {
    double free = 0, held = 0;
    for (std::size_t k = 0; k < 12; ++k) {
      free += all[12 * filter + k] * all[12 * filter + k];
      held += damped[12 * filter + k] * damped[12 * filter + k];
    }
    EXPECT_NEAR(1 / held - 1 / free, 0.5, 1e-3 * (1 + 1 / free)) << filter;
  }
}

TEST(BadInput, C01_PatchesThatDoNotFit) {
  expect_error<ShapeError>(
      [] {
        PatchWhitening({3, 2});
      },
      {"PatchWhitening", "[3,2]", "[channels,height,width]"});
  expect_error<ShapeError>([] { PatchWhitening({3, 0, 2}); }, {"[3,0,2]"});
  expect_error<ShapeError>([] { PatchWhitening({4096, 4096, 4096}); }, {"4096 numbers"});
  PatchWhitening patches({3, 2, 2});
  expect_error<ValueError>([&] { patches.filters(24); }, {"there are no patches"});
  expect_error<ShapeError>([&] { patches.add(zeros({1, 1, 5, 5})); }, {"[1,1,5,5]", "[N,3,H,W]"});
  expect_error<ShapeError>([&] { patches.add(zeros({1, 3, 5, 1})); }, {"[1,3,5,1]", "2x2"});
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  expect_error<ValueError>([&] { patches.add(full({1, 3, 4, 4}, nothing)); }, {"not finite"});
  EXPECT_EQ(patches.count(), 0) << "nothing of it was kept";
  patches.add(zeros({0, 3, 4, 4}));
  patches.add(ones({1, 3, 4, 4}));
  expect_error<ValueError>([&] { patches.filters(25); }, {"25 filters", "1 to 24"});
  expect_error<ValueError>([&] { patches.filters(0); }, {"0 filters"});
  expect_error<ValueError>([&] { patches.filters(24, 0); }, {"epsilon is 0"});
  EXPECT_EQ(patches.filters(24).shape(), (Shape{24, 3, 2, 2})) << "most variances are 0";
}

}  // namespace
}  // namespace luge::data
