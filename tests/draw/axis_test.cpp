#include "draw/axis.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

namespace luge::draw {
namespace {

Range range(double low, double high) {
  Range range;
  range.add(low);
  range.add(high);
  return range;
}

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> all;
  for (const Tick& tick : axis.ticks) all.push_back(tick.label);
  return all;
}

using Labels = std::vector<std::string>;

TEST(Axis, TicksAreAtRoundNumbers) {
  EXPECT_EQ(labels(make_axis(range(0.13, 2.31), {})), (Labels{"0.5", "1.0", "1.5", "2.0"}));
  EXPECT_EQ(labels(make_axis(range(-1, 1), {})), (Labels{"−1.0", "−0.5", "0.0", "0.5", "1.0"}));
  EXPECT_EQ(labels(make_axis(range(1, 20), {.whole = true})), (Labels{"5", "10", "15", "20"}));
  EXPECT_EQ(labels(make_axis(range(1, 3), {.whole = true})), (Labels{"1", "2", "3"}));
}

TEST(Axis, WhatLargeAndTinyNumbersShareIsNextToTheAxis) {
  const Axis huge = make_axis(range(1.2e9, 3.4e9), {});
  EXPECT_EQ(huge.note, "×10⁹");
  EXPECT_EQ(huge.ticks.front().label, "1.5");
  const Axis tiny = make_axis(range(1.2e-9, 3.4e-9), {});
  EXPECT_EQ(tiny.note, "×10⁻⁹");
  const Axis far = make_axis(range(100000.001, 100000.0014), {});
  EXPECT_EQ(far.note, "+100000");
  EXPECT_EQ(far.ticks.front().label, "0.0010");
}

TEST(Axis, OneValueHasARangeAroundIt) {
  for (const double value : {0.0, 0.1, -3.0, 1e12, 1e-12, 1e299}) {
    const Axis axis = make_axis(range(value, value), {});
    EXPECT_LT(axis.low, value);
    EXPECT_GT(axis.high, value);
    EXPECT_NEAR(axis.at(value), 0.5, 1e-9);
    EXPECT_FALSE(axis.ticks.empty()) << value;
  }
}

TEST(Axis, WhatCannotBeDrawnIsNoPartOfARange) {
  Range none;
  none.add(std::nan(""));
  none.add(std::numeric_limits<double>::infinity());
  none.add(-1.7e308);
  EXPECT_TRUE(none.empty());
  none.add(-5);
  EXPECT_EQ(none.low, -5);
  EXPECT_EQ(none.high, -5);
}

TEST(Axis, EveryRangeHasTicksWithinIt) {
  for (const double size : {1e-300, 1e-20, 1e-3, 1.0, 7.3, 1e6, 1e20, 1e299}) {
    for (const double from : {0.0, -0.4, 3.0, 1e5}) {
      for (const bool log : {false, true}) {
        const double low = from * size, high = (from + 1) * size;
        if (log && low <= 0) continue;
        const Axis axis = make_axis(range(low, high), {.log = log});
        ASSERT_GE(axis.ticks.size(), 2u) << low << " to " << high;
        ASSERT_LE(axis.ticks.size(), 12u) << low << " to " << high;
        for (const Tick& tick : axis.ticks) {
          EXPECT_GE(axis.at(tick.value), -1e-6);
          EXPECT_LE(axis.at(tick.value), 1 + 1e-6);
        }
        EXPECT_EQ(std::set<std::string>([&] {
                    const Labels all = labels(axis);
                    return std::set<std::string>(all.begin(), all.end());
                  }())
                      .size(),
                  axis.ticks.size())
            << "two ticks with one label between " << low << " and " << high;
      }
    }
  }
}

TEST(Axis, LogarithmsHavePowersOfTen) {
  EXPECT_EQ(labels(make_axis(range(0.01, 1000), {.log = true})),
            (Labels{"0.01", "0.1", "1", "10", "100", "1000"}));
  EXPECT_EQ(labels(make_axis(range(0.3, 4), {.log = true})), (Labels{"0.5", "1", "2"}));
  EXPECT_EQ(labels(make_axis(range(1e-12, 1e20), {.log = true})),
            (Labels{"10⁻¹²", "10⁻⁶", "1", "10⁶", "10¹²", "10¹⁸"}));
  const Axis axis = make_axis(range(1, 100), {.log = true, .margin = 0});
  EXPECT_NEAR(axis.at(10), 0.5, 1e-12);
}

}  // namespace
}  // namespace luge::draw
