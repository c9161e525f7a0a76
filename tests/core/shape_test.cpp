#include "luge/shape.h"

#include <gtest/gtest.h>

#include <vector>

#include "luge/error.h"
#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;

TEST(Shape, CountsElements) {
  EXPECT_EQ(Shape().elements(), 1);
  EXPECT_EQ((Shape{3, 4, 5}).elements(), 60);
  EXPECT_EQ((Shape{3, 0, 5}).elements(), 0);
  EXPECT_EQ((Shape{std::int64_t{1} << 31, std::int64_t{1} << 31}).elements(), std::int64_t{1} << 62);
}

TEST(Shape, UnknownExtentsAreNotCounted) {
  const Shape shape{unknown, 784};
  EXPECT_FALSE(shape.known());
  EXPECT_TRUE(shape.with(0, 64).known());
  expect_error<ShapeError>([&] { (void)shape.elements(); }, {"[N,784]", "not known"});
}

TEST(Shape, Edits) {
  const Shape shape{2, 3, 4};
  EXPECT_EQ(shape.with(1, 7), (Shape{2, 7, 4}));
  EXPECT_EQ(shape.without(0), (Shape{3, 4}));
  EXPECT_EQ(shape.without(2), (Shape{2, 3}));
  EXPECT_EQ(shape.inserted(0, 1), (Shape{1, 2, 3, 4}));
  EXPECT_EQ(shape.inserted(3, 9), (Shape{2, 3, 4, 9}));
  EXPECT_EQ(shape.appended(5), (Shape{2, 3, 4, 5}));
  EXPECT_EQ(shape, (Shape{2, 3, 4}));
  EXPECT_NE(shape, (Shape{2, 3}));
}

TEST(Shape, Prints) {
  EXPECT_EQ(Shape().to_string(), "[]");
  EXPECT_EQ((Shape{unknown, 3, unknown, 28}).to_string(), "[N,3,?,28]");
}

TEST(BadInput, C04_RankOverTheLimit) {
  const std::vector<std::int64_t> nine(9, 1);
  expect_error<ShapeError>([&] { Shape shape(nine); }, {"at most 8", "got 9"});
  expect_error<ShapeError>([] { (void)(Shape{1, 1, 1, 1, 1, 1, 1, 1}).appended(1); }, {"at most 8"});
}

TEST(BadInput, C07_ElementCountOverflows) {
  const std::int64_t half = std::int64_t{1} << 32;
  expect_error<ShapeError>(
      [&] {
        (void)(Shape{half, half}).elements();
      },
      {"[4294967296,4294967296]", "overflows"});
}

TEST(Shape, RefusesNegativeExtents) {
  expect_error<ShapeError>([] { Shape({2, -5}); }, {"-5", "axis 1"});
}

}  // namespace
}  // namespace luge
