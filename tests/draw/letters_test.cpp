// Letters as pixels.
#include "luge/draw/letters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "luge/error.h"
#include "support/errors.h"

namespace luge::draw {
namespace {

using testing::expect_error;

std::int64_t ink_of(const io::Image& letter) {
  return std::accumulate(letter.pixels.begin(), letter.pixels.end(), std::int64_t{0});
}

TEST(Letters, HaveOneLineAndTheirOwnWidth) {
  const std::vector<io::Image> all = letters("DejaVu Sans", {"I", "W", "g"}, 40);
  ASSERT_EQ(all.size(), 3u);
  for (const io::Image& each : all) {
    EXPECT_EQ(each.height, 56);
    EXPECT_EQ(std::ssize(each.pixels), each.height * each.width);
    EXPECT_EQ(*std::ranges::max_element(each.pixels), 255);
  }
  EXPECT_LT(all[0].width, 10);
  EXPECT_GT(all[1].width, 30);
  // The first row with ink, and the last one: the capital ends where g goes on.
  const auto rows = [](const io::Image& image) {
    std::vector<std::int64_t> with;
    for (std::int64_t y = 0; y < image.height; ++y) {
      const auto from = image.pixels.begin() + y * image.width;
      if (std::any_of(from, from + image.width, [](std::uint8_t x) { return x > 128; })) with.push_back(y);
    }
    return std::pair(with.front(), with.back());
  };
  EXPECT_LT(rows(all[0]).first, rows(all[2]).first);
  EXPECT_LT(rows(all[0]).second, rows(all[2]).second);
  EXPECT_LT(rows(all[2]).second, 55) << "nothing is cut off";
  EXPECT_GT(ink_of(letters("DejaVu Sans Bold", {"I"}, 40)[0]), ink_of(all[0]));
}

TEST(Letters, FontsAreThoseOfTheMachine) {
  const std::vector<std::string> all = fonts();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_NE(std::find(all.begin(), all.end(), "DejaVu Sans"), all.end());
  expect_error<ValueError>([] { letters("No Such Font", {"A"}, 40); }, {"'No Such Font'", "DejaVu Sans"});
  expect_error<ValueError>([] { letters("DejaVu Sans", {"A", " "}, 40); }, {"' '", "no ink"});
  expect_error<ValueError>([] { letters("DejaVu Sans", {"A"}, 1000); }, {"size is 1000", "4 to 512"});
}

}  // namespace
}  // namespace luge::draw
