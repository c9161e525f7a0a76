// Made-up pictures of colored shapes.
#include "luge/data/shapes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "luge/luge.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using luge::testing::expect_error;

TEST(Shapes, EachClassHasItsShareAndPicturesDiffer) {
  const Dataset shapes = colored_shapes({.samples = 16, .size = 16});
  EXPECT_EQ(shapes.info().classes.size(), 8u);
  EXPECT_EQ(shapes.info().input().shape, (Shape{3, 16, 16}));
  std::vector<int> counts(8);
  for (std::int64_t i = 0; i < 16; ++i)
    ++counts[static_cast<std::size_t>(shapes.get(i).target.as<std::int64_t>()[0])];
  EXPECT_EQ(counts, std::vector<int>(8, 2));
  const auto pixels = [&](const Dataset& of, std::int64_t i) {
    const Sample sample = of.get(i);
    const auto view = sample.input.as<float>();
    return std::vector<float>(view.begin(), view.end());
  };
  EXPECT_NE(pixels(shapes, 0), pixels(shapes, 8)) << "two circles";
  EXPECT_EQ(pixels(shapes, 3), pixels(colored_shapes({.samples = 16, .size = 16}), 3));
  EXPECT_NE(pixels(shapes, 3), pixels(colored_shapes({.samples = 16, .size = 16, .seed = 1}), 3));
  const std::vector<float> one = pixels(shapes, 2);
  EXPECT_GE(*std::ranges::min_element(one), 0.0f);
  EXPECT_LE(*std::ranges::max_element(one), 1.0f);
}

TEST(Shapes, OptionsOutOfRangeAreRefused) {
  expect_error<ValueError>([] { colored_shapes({.samples = 0}); }, {"samples is 0"});
  expect_error<ValueError>([] { colored_shapes({.size = 7}); }, {"size is 7", "8 to 1024"});
}

}  // namespace
}  // namespace luge::data
