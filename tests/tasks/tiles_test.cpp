// Pictures in overlapping tiles: the same as whole pictures where the network looks no farther than the
// overlap allows.
#include "tasks/tiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace luge::tasks {
namespace {

Pixels numbered(std::int64_t channels, std::int64_t height, std::int64_t width) {
  Pixels picture{channels, height, width, {}};
  for (std::int64_t i = 0; i < channels * height * width; ++i)
    picture.values.push_back(static_cast<float>(i * 37 % 101) / 50 - 1);
  return picture;
}

// The sum over a square around each pixel of the first plane, with zeros outside, and the second plane.
Answer sums(std::int64_t radius) {
  return [radius](const Pixels& x) {
    Pixels y{2, x.height, x.width, {}};
    for (std::int64_t r = 0; r < x.height; ++r) {
      for (std::int64_t c = 0; c < x.width; ++c) {
        float sum = 0;
        for (std::int64_t a = std::max<std::int64_t>(0, r - radius); a <= std::min(x.height - 1, r + radius);
             ++a) {
          for (std::int64_t b = std::max<std::int64_t>(0, c - radius); b <= std::min(x.width - 1, c + radius);
               ++b)
            sum += x.values[static_cast<std::size_t>(a * x.width + b)];
        }
        y.values.push_back(sum);
        y.values.push_back(x.values[static_cast<std::size_t>((x.height + r) * x.width + c)]);
      }
    }
    return y;
  };
}

float largest_difference(const Pixels& a, const Pixels& b) {
  EXPECT_EQ(a.values.size(), b.values.size());
  float largest = 0;
  for (std::size_t k = 0; k < std::min(a.values.size(), b.values.size()); ++k)
    largest = std::max(largest, std::abs(a.values[k] - b.values[k]));
  return largest;
}

TEST(Tiles, GiveWhatTheWholePictureGives) {
  for (const auto& [height, width] : {std::pair<std::int64_t, std::int64_t>{40, 70}, {16, 100}, {33, 17}}) {
    const Pixels picture = numbered(2, height, width);
    const Pixels whole = in_tiles(picture, {.height = 1000, .width = 1000}, sums(2));
    ASSERT_EQ(whole.height, height);
    ASSERT_EQ(whole.values, sums(2)(picture).values);
    const Pixels tiles = in_tiles(picture, {.height = 16, .width = 16, .overlap = 8}, sums(2));
    EXPECT_LT(largest_difference(tiles, whole), 1e-5f) << "the square reaches over a quarter of the overlap";
    const Pixels far = in_tiles(picture, {.height = 16, .width = 16, .overlap = 8}, sums(5));
    EXPECT_GT(largest_difference(far, sums(5)(picture)), 0.1f) << "and this one over more";
  }
}

TEST(Tiles, AreMultiplesAndPaddedByTheMirrorImage) {
  const Pixels picture = numbered(1, 10, 21);
  std::vector<std::pair<std::int64_t, std::int64_t>> seen;
  const auto same = [&](const Pixels& x) {
    seen.emplace_back(x.height, x.width);
    if (x.width == 24) {
      EXPECT_EQ(x.values[21], x.values[20]) << "the mirror image begins with the last column";
    }
    return x;
  };
  const Pixels whole = in_tiles(picture, {.height = 64, .width = 64, .multiple = 8}, same);
  EXPECT_EQ(seen, (std::vector<std::pair<std::int64_t, std::int64_t>>{{16, 24}}));
  EXPECT_EQ(whole.values, picture.values);
  seen.clear();
  EXPECT_LT(largest_difference(
                in_tiles(picture, {.height = 10, .width = 10, .overlap = 4, .multiple = 8}, same), picture),
            1e-6f);
  EXPECT_EQ(seen, (std::vector<std::pair<std::int64_t, std::int64_t>>{{16, 16}, {16, 16}}));
  seen.clear();
  in_tiles(picture, {.height = 32, .width = 16, .fixed = true}, same);
  EXPECT_EQ(seen, (std::vector<std::pair<std::int64_t, std::int64_t>>{{32, 16}, {32, 16}}));
}

TEST(Tiles, ATileOfOneWrongValueReachesNoOtherTile) {
  const Pixels picture = numbered(1, 8, 40);
  int calls = 0;
  const Pixels said = in_tiles(picture, {.height = 8, .width = 16, .overlap = 4}, [&](const Pixels& x) {
    Pixels y = x;
    if (calls++ == 0) std::fill(y.values.begin(), y.values.end(), NAN);
    return y;
  });
  EXPECT_TRUE(std::isnan(said.values[0]));
  for (std::size_t k = 16; k < 40; ++k) EXPECT_EQ(said.values[k], picture.values[k]) << k;
}

TEST(Tiles, ResampleBackToTheSizeOfThePicture) {
  const Pixels half{1, 2, 2, {0, 1, 2, 3}};
  const Pixels twice = resampled(half, {.scale_x = 0.5, .scale_y = 0.5}, 4, 4);
  const std::vector<float> expected = {0,    0.25f, 0.75f, 1,    0.5f, 0.75f, 1.25f, 1.5f,
                                       1.5f, 1.75f, 2.25f, 2.5f, 2,    2.25f, 2.75f, 3};
  EXPECT_EQ(twice.values, expected) << "as bilinear interpolation between centers";
  const Pixels boxed{1, 1, 4, {9, 1, 2, 9}};  // two pixels of a letterbox
  EXPECT_EQ(resampled(boxed, {.left = 1}, 1, 2).values, (std::vector<float>{1, 2}));
}

}  // namespace
}  // namespace luge::tasks
