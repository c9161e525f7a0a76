// Numbers laid over pictures.
#include "luge/draw/heat.h"

#include <gtest/gtest.h>

#include <limits>

#include "luge/error.h"

namespace luge::draw {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

TEST(Heat, IsRedForTheLargestAndBlueBelowZero) {
  const io::Image gray{2, 4, 1, std::vector<std::uint8_t>(8, 100)};
  const io::Image over = heat_over(gray, {2, 0, nan, -2}, 1, 4);
  ASSERT_EQ(over.channels, 3);
  const auto pixel = [&](std::size_t x) {
    return std::vector<int>{over.pixels[3 * x], over.pixels[3 * x + 1], over.pixels[3 * x + 2]};
  };
  EXPECT_EQ(pixel(0), (std::vector<int>{224, 20, 20}));
  EXPECT_EQ(pixel(1), (std::vector<int>{100, 100, 100}));
  EXPECT_EQ(pixel(2), (std::vector<int>{100, 100, 100}));
  EXPECT_EQ(pixel(3), (std::vector<int>{20, 84, 224}));
}

TEST(Heat, IsInterpolatedBetweenCenters) {
  const io::Image gray{1, 4, 1, std::vector<std::uint8_t>(4, 0)};
  const io::Image over = heat_over(gray, {0, 1}, 1, 2);
  EXPECT_EQ(over.pixels[0], 0);
  EXPECT_EQ(over.pixels[3], 51) << "a quarter of the way: 0.2 of 255";
  EXPECT_EQ(over.pixels[9], 204);
}

TEST(Heat, OfNothingIsThePictureInGray) {
  const io::Image color{1, 1, 3, {255, 0, 0}};
  EXPECT_EQ(heat_over(color, {0}, 1, 1).pixels, (std::vector<std::uint8_t>{76, 76, 76}));
}

TEST(Heat, LevelsGoFromTheSmallestToTheLargest) {
  EXPECT_EQ(levels_of({-1, 0, 1, nan}, 2, 2).pixels, (std::vector<std::uint8_t>{0, 128, 255, 0}));
  EXPECT_EQ(levels_of({3, 3}, 1, 2).pixels, (std::vector<std::uint8_t>{0, 0}));
}

TEST(Heat, NeedsANumberForEachCell) {
  EXPECT_THROW(heat_over({1, 1, 1, {0}}, {1, 2}, 1, 1), ValueError);
  EXPECT_THROW(levels_of({}, 0, 0), ValueError);
}

}  // namespace
}  // namespace luge::draw
