#include "backend/instruction.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>
#include <vector>

#include "backend/reference/instructions.h"
#include "core/philox.h"

namespace luge {
namespace {

using enum Instruction;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(InstructionSet, RowsSayNamesAndArities) {
  std::set<std::string_view> names;
  for (const Instruction instruction : kInstructions) names.insert(name(instruction));
  EXPECT_EQ(names.size(), kInstructions.size());
  EXPECT_EQ(name(none), "none");
  EXPECT_EQ(arity(none), 0);
  EXPECT_EQ(name(floor_divide), "floor_divide");
  EXPECT_EQ(name(logical_xor), "logical_xor");
  EXPECT_EQ(arity(isfinite), 1);
  EXPECT_EQ(arity(add), 2);
  EXPECT_EQ(arity(select), 3);
  EXPECT_EQ(arity(relu_mask), 2);
  EXPECT_EQ(arity(random_uniform), 1);
}

constexpr double kSamples[] = {-3, -0.5, 0, 0.5, 1, 2, 3};

// Whether f gives the same for every pair of samples in both orders.
bool is_symmetric(Instruction instruction) {
  for (const double a : kSamples) {
    for (const double b : kSamples) {
      const double one = apply_real(instruction, a, b), other = apply_real(instruction, b, a);
      if (one != other && !(std::isnan(one) && std::isnan(other))) return false;
    }
  }
  return true;
}

TEST(InstructionSet, RowsSayWhichOnesCommute) {
  for (const Instruction instruction : kInstructions) {
    const bool expected = arity(instruction) == 2 && is_symmetric(instruction);
    EXPECT_EQ(commutes(instruction), expected) << name(instruction);
  }
}

TEST(InstructionSet, TruthValuesAreZeroAndOne) {
  int others = 0;
  for (const Instruction instruction : kInstructions) {
    if (row(instruction).family == InstructionFamily::random) continue;
    bool truth = true;
    for (const double a : kSamples) {
      for (const double b : kSamples) {
        const double value = apply_real(instruction, a, b, 7);
        truth &= value == 0 || value == 1;
      }
    }
    EXPECT_TRUE(truth || !gives_truth(instruction)) << name(instruction);
    others += !truth;
  }
  EXPECT_GT(others, 30);
}

// Integers are exact where double is not.
TEST(InstructionSet, IntegersDoNotGoThroughDoubleUnlessTheRowSaysSo) {
  constexpr std::int64_t odd = (1ll << 53) + 1;
  for (const Instruction instruction : {copy, abs, floor, ceil, round, trunc, relu}) {
    EXPECT_EQ(apply_whole(instruction, odd), odd) << name(instruction);
  }
  for (const Instruction instruction : {add, sub, maximum, floor_divide, mod, remainder, relu_mask}) {
    const bool rest = instruction == mod || instruction == remainder;
    const std::int64_t other = instruction == floor_divide ? 1 : instruction == relu_mask ? 5 : 0;
    EXPECT_EQ(apply_whole(instruction, odd, rest ? odd + 2 : other), odd) << name(instruction);
  }
}

TEST(InstructionSet, WhatIsNotOfOperandsIsRefused) {
  EXPECT_THROW(apply_real(none, 1), std::logic_error);
  EXPECT_THROW(apply_real(random_uniform, 1), std::logic_error);
  EXPECT_THROW(apply_whole(random_uniform, 1), std::logic_error);
}

TEST(ReferenceInstructions, RealEdges) {
  EXPECT_TRUE(std::isnan(apply_real(minimum, 1, kNan)));
  EXPECT_TRUE(std::isnan(apply_real(maximum, kNan, 1)));
  EXPECT_TRUE(std::isnan(apply_real(relu, kNan)));
  EXPECT_EQ(apply_real(relu, -3), 0);
  EXPECT_EQ(apply_real(round, 2.5), 2);
  EXPECT_EQ(apply_real(round, -3.5), -4);
  EXPECT_EQ(apply_real(mod, -7, 3), -1);
  EXPECT_EQ(apply_real(remainder, -7, 3), 2);
  EXPECT_EQ(apply_real(floor_divide, -7, 2), -4);
  EXPECT_EQ(apply_real(log, 0), -kInfinity);
  EXPECT_EQ(apply_real(sigmoid, -1000), 0);
  EXPECT_EQ(apply_real(sigmoid, 1000), 1);
  EXPECT_EQ(apply_real(relu_mask, 5, 0), 0);
  EXPECT_EQ(apply_real(select, 0, 1, 2), 2);
  EXPECT_EQ(apply_real(logical_xor, 2, 3), 0);
}

TEST(ReferenceInstructions, WholeNumbersWrapAndNeverTrap) {
  constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(apply_whole(neg, lowest), lowest);
  EXPECT_EQ(apply_whole(add, std::numeric_limits<std::int64_t>::max(), 1), lowest);
  EXPECT_EQ(apply_whole(div, lowest, -1), lowest);
  EXPECT_EQ(apply_whole(div, 7, 0), 0);
  EXPECT_EQ(apply_whole(mod, 7, 0), 0);
  EXPECT_EQ(apply_whole(div, -7, 2), -3);
  EXPECT_EQ(apply_whole(floor_divide, -7, 2), -4);
  EXPECT_EQ(apply_whole(mod, -7, 3), -1);
  EXPECT_EQ(apply_whole(remainder, -7, 3), 2);
  EXPECT_EQ(apply_whole(pow, 3, 4), 81);
  EXPECT_EQ(apply_whole(pow, 2, -1), 0);
  EXPECT_EQ(apply_whole(sqrt, 17), 4);
}

TEST(ReferenceElementwise, Broadcasts) {
  const std::vector<float> column = {1, 2}, row = {10, 20, 30};
  std::vector<float> out(6);
  const View in[] = {{{f32, {2, 1}}, const_cast<float*>(column.data())},
                     {{f32, {3}}, const_cast<float*>(row.data())}};
  const View to[] = {{{f32, {2, 3}}, out.data()}};
  reference_elementwise(add, {in, to, nullptr});
  EXPECT_EQ(out, (std::vector<float>{11, 21, 31, 12, 22, 32}));
}

TEST(ReferenceElementwise, CastsSaturateFloatsAndWrapIntegers) {
  const std::vector<float> reals = {-1.9f, 300, 1e20f, static_cast<float>(kNan)};
  std::vector<std::int8_t> bytes(4);
  const View in[] = {{{f32, {4}}, const_cast<float*>(reals.data())}};
  const View to[] = {{{i8, {4}}, bytes.data()}};
  reference_elementwise(cast, {in, to, nullptr});
  EXPECT_EQ(bytes, (std::vector<std::int8_t>{-1, 127, 127, 0}));

  const std::vector<std::int32_t> words = {257, -1};
  std::vector<std::uint8_t> small(2);
  const View from[] = {{{i32, {2}}, const_cast<std::int32_t*>(words.data())}};
  const View into[] = {{{u8, {2}}, small.data()}};
  reference_elementwise(cast, {from, into, nullptr});
  EXPECT_EQ(small, (std::vector<std::uint8_t>{1, 255}));
}

TEST(ReferenceElementwise, ComparesIntegersExactly) {
  const std::vector<std::int64_t> a = {(1ll << 53) + 1}, b = {1ll << 53};
  bool greater_than = false;
  const View in[] = {{{i64, {}}, const_cast<std::int64_t*>(a.data())},
                     {{i64, {}}, const_cast<std::int64_t*>(b.data())}};
  const View to[] = {{{boolean, {}}, &greater_than}};
  reference_elementwise(greater, {in, to, nullptr});
  EXPECT_TRUE(greater_than);
}

TEST(ReferenceElementwise, RandomNumbersAreIndexedByElement) {
  std::vector<std::int64_t> key = {42, 7};
  std::vector<float> out(10);
  const View in[] = {{{i64, {2}}, key.data()}};
  const View to[] = {{{f32, {2, 5}}, out.data()}};
  reference_elementwise(random_uniform, {in, to, nullptr});
  for (std::uint64_t i = 0; i < 10; ++i) EXPECT_EQ(out[i], philox_f32(42, 7, i));
}

TEST(ReferenceElementwise, NarrowRandomNumbersStayBelowOne) {
  for (DType dtype : {bf16, f16}) {
    for (std::int64_t i = 0; i < 20000; ++i) {
      const double value = uniform(42, 7, i, dtype);
      const float stored = dtype == bf16 ? static_cast<float>(bfloat16(static_cast<float>(value)))
                                         : static_cast<float>(float16(static_cast<float>(value)));
      ASSERT_EQ(stored, value);
      ASSERT_LT(stored, 1);
    }
  }
}

}  // namespace
}  // namespace luge
