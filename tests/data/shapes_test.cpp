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

TEST(ShapeScenes, MasksSayWhichShapeEachPixelShows) {
  const Dataset scenes = shape_scenes({.samples = 40, .size = 48});
  EXPECT_EQ(scenes.info().fields.to_string(), "image u8[3,48,48], mask u8[48,48]");
  const std::vector<std::string> names = {"background", "circle", "square", "triangle", "cross"};
  EXPECT_EQ(scenes.info().classes, names);
  std::vector<std::int64_t> counts(5);
  for (std::int64_t i = 0; i < scenes.size(); ++i) {
    const Record record = scenes.record(i);
    const auto mask = record["mask"].as<std::uint8_t>(), image = record["image"].as<std::uint8_t>();
    std::int64_t shown = 0;
    for (const std::uint8_t label : mask) {
      ASSERT_LT(label, 5);
      ++counts[label];
      shown += label > 0;
    }
    EXPECT_GT(shown, 0) << i;
    // A shape differs from the ground: colors on both sides of an edge are far from each other.
    double inside = 0, edges = 0;
    for (std::size_t k = 1; k < mask.size(); ++k) {
      if (k % 48 < 2 || (mask[k] > 0) == (mask[k - 1] > 0)) continue;
      double distance = 0;
      for (std::size_t c = 0; c < 3; ++c)
        distance += std::abs(int{image[c * mask.size() + k]} - int{image[c * mask.size() + k - 2]});
      inside += distance, ++edges;
    }
    EXPECT_GT(inside / edges, 30) << i;
  }
  EXPECT_GT(counts[0], 40 * 48 * 48 / 2);
  for (std::size_t k = 1; k < 5; ++k) EXPECT_GT(counts[k], 500) << names[k];
  const auto first = [](const Dataset& of) {
    const Record record = of.record(0);
    const auto pixels = record["image"].as<std::uint8_t>();
    return std::vector<std::uint8_t>(pixels.begin(), pixels.end());
  };
  EXPECT_EQ(first(scenes), first(shape_scenes({.samples = 1, .size = 48})));
  EXPECT_NE(first(scenes), first(shape_scenes({.samples = 1, .size = 48, .seed = 1})));
  expect_error<ValueError>([] { shape_scenes({.samples = 0}); }, {"samples is 0"});
  expect_error<ValueError>([] { shape_scenes({.size = 15}); }, {"size is 15", "16 to 1024"});
  expect_error<ValueError>([] { shape_scenes({.shapes = 0}); }, {"shapes is 0", "1 to 64"});
}

TEST(Shapes, OptionsOutOfRangeAreRefused) {
  expect_error<ValueError>([] { colored_shapes({.samples = 0}); }, {"samples is 0"});
  expect_error<ValueError>([] { colored_shapes({.size = 7}); }, {"size is 7", "8 to 1024"});
}

}  // namespace
}  // namespace luge::data
