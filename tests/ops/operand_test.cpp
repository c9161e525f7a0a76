// Numbers, Variables and tensors in one expression; constants.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/variable.h"
#include "support/errors.h"

namespace luge::testing {
namespace {

using Floats = std::vector<float>;

Tensor pair(float a, float b) { return tensor<float>({a, b}, {2}); }

TEST(Operand, NumbersTakeTheTensorsDtype) {
  const Tensor x = pair(1, 2);
  EXPECT_EQ((x + 1).to_vector<float>(), (Floats{2, 3}));
  EXPECT_EQ((1 - x).to_vector<float>(), (Floats{0, -1}));
  EXPECT_EQ((x * 0.5).to_vector<float>(), (Floats{0.5, 1}));
  EXPECT_EQ((2.0f / x).to_vector<float>(), (Floats{2, 1}));
  EXPECT_EQ((-x).to_vector<float>(), (Floats{-1, -2}));
  EXPECT_EQ((x + 1).dtype(), f32);
  EXPECT_EQ((cast(x, bf16) * 2.5).dtype(), bf16);
  EXPECT_EQ((cast(x, i32) * 3).to_vector<std::int32_t>(), (std::vector<std::int32_t>{3, 6}));
  EXPECT_EQ(less(x, 1.5).to_vector<bool>(), (std::vector<bool>{true, false}));
  EXPECT_EQ(where(less(x, 1.5), x, -1).to_vector<float>(), (Floats{1, -1}));
  EXPECT_EQ(equal(less(x, 1.5), true).to_vector<bool>(), (std::vector<bool>{true, false}));
  EXPECT_EQ(pow(x, 2).to_vector<float>(), (Floats{1, 4}));
  EXPECT_EQ(pow(2, x).to_vector<float>(), (Floats{2, 4}));
}

TEST(Operand, AssignmentGivesTheHandleANewValue) {
  Tensor x = pair(1, 2);
  const Tensor held = x;
  x += 1;
  x *= x;
  x -= held;
  x /= 2;
  EXPECT_EQ(x.to_vector<float>(), (Floats{1.5, 3.5}));
  EXPECT_EQ(held.to_vector<float>(), (Floats{1, 2}));
}

TEST(Operand, VariablesStandForTheirValue) {
  Variable w(pair(1, 2), "w");
  const Tensor x = pair(10, 20);
  EXPECT_EQ((w * x).to_vector<float>(), (Floats{10, 40}));
  EXPECT_EQ((w + w).to_vector<float>(), (Floats{2, 4}));
  EXPECT_EQ((2 * w - 1).to_vector<float>(), (Floats{1, 3}));
  EXPECT_EQ((-w).to_vector<float>(), (Floats{-1, -2}));
}

TEST(Operand, OtherNumbersAreRefused) {
  const Tensor whole = cast(pair(1, 2), i64), bytes = cast(pair(1, 2), u8), mask = cast(pair(0, 1), boolean);
  expect_error<DTypeError>([&] { whole * 0.5; }, {"mul", "0.5", "i64", "cast"});
  expect_error<DTypeError>([&] { whole + true; }, {"add", "true", "i64"});
  expect_error<DTypeError>([&] { equal(mask, 1); }, {"equal", "1", "bool"});
  expect_error<DTypeError>([&] { pow(whole, 2.0); }, {"pow", "i64"});
  expect_error<ValueError>([&] { bytes + 256; }, {"add", "256", "u8"});
  expect_error<ValueError>([&] { add(1, 2); }, {"add", "two numbers"});
  expect_error<DTypeError>([&] { mask + mask; }, {"add", "bool[2]", "numbers"});
  expect_error<DTypeError>([&] { exp(whole); }, {"exp", "i64[2]", "floating"});
  expect_error<DTypeError>([&] { logical_and(whole, whole); }, {"logical_and", "i64[2]", "bool"});
}

TEST(Constants, AreWhatTheirNamesSay) {
  EXPECT_EQ(arange(0, 5).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(arange(7, 0, -3, i32).to_vector<std::int32_t>(), (std::vector<std::int32_t>{7, 4, 1}));
  EXPECT_EQ(arange(0, 1, 0.25, f32).to_vector<float>(), (Floats{0, 0.25, 0.5, 0.75}));
  EXPECT_EQ(arange(3, 3).shape(), (Shape{0}));
  EXPECT_EQ(eye(2).to_vector<float>(), (Floats{1, 0, 0, 1}));
  EXPECT_EQ(full({2, 2}, 3, i8).to_vector<std::int8_t>(), (std::vector<std::int8_t>{3, 3, 3, 3}));
  EXPECT_EQ(ones({2}, boolean).to_vector<bool>(), (std::vector<bool>{true, true}));
  EXPECT_EQ(zeros({0, 3}).to_vector<float>(), Floats{});
  expect_error<ValueError>([] { arange(0, 1, 0); }, {"arange", "step"});
  expect_error<ValueError>([] { arange(0.0, INFINITY, 1.0, f32); }, {"arange", "inf"});
  expect_error<DTypeError>([] { arange(0, 1, 0.25); }, {"arange", "0.25", "i64"});
  expect_error<ShapeError>([] { full({unknown, 2}, 1); }, {"full", "unknown"});
}

}  // namespace
}  // namespace luge::testing
