#include "luge/dtype.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace luge {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

float through_bf16(float value) { return static_cast<float>(bfloat16(value)); }
float through_f16(float value) { return static_cast<float>(float16(value)); }

TEST(DType, SizesNamesAndKinds) {
  struct Row {
    DType type;
    std::string_view name;
    std::size_t size;
    bool floating, integer;
  };
  const std::array rows = {Row{f32, "f32", 4, true, false},   Row{f64, "f64", 8, true, false},
                           Row{bf16, "bf16", 2, true, false}, Row{f16, "f16", 2, true, false},
                           Row{i8, "i8", 1, false, true},     Row{u8, "u8", 1, false, true},
                           Row{i16, "i16", 2, false, true},   Row{i32, "i32", 4, false, true},
                           Row{i64, "i64", 8, false, true},   Row{boolean, "bool", 1, false, false}};
  for (const Row& row : rows) {
    EXPECT_EQ(name(row.type), row.name);
    EXPECT_EQ(size_of(row.type), row.size) << row.name;
    EXPECT_EQ(is_floating(row.type), row.floating) << row.name;
    EXPECT_EQ(is_integer(row.type), row.integer) << row.name;
  }
}

TEST(Bfloat16, RoundsToNearestTiesToEven) {
  EXPECT_EQ(through_bf16(1.0f), 1.0f);
  EXPECT_EQ(through_bf16(1.0f + 0x1p-8f), 1.0f);                       // half way: to the even neighbor below
  EXPECT_EQ(through_bf16(1.0f + 0x3p-8f), 1.0f + 0x1p-6f);             // half way: to the even neighbor above
  EXPECT_EQ(through_bf16(1.0f + 0x1p-8f + 0x1p-20f), 1.0f + 0x1p-7f);  // just over half way
  EXPECT_EQ(through_bf16(-1.0f - 0x3p-8f), -1.0f - 0x1p-6f);
  EXPECT_EQ(through_bf16(std::numeric_limits<float>::max()), kInfinity);
}

TEST(Bfloat16, KeepsSpecialValues) {
  EXPECT_EQ(bfloat16(-0.0f).bits, 0x8000);
  EXPECT_EQ(through_bf16(-kInfinity), -kInfinity);
  EXPECT_TRUE(std::isnan(through_bf16(kNan)));
  EXPECT_TRUE(
      std::isnan(through_bf16(std::bit_cast<float>(0x7f800001u))));  // its top bits alone would be infinity
}

TEST(Float16, EveryFiniteValueSurvives) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    float16 value;
    value.bits = static_cast<std::uint16_t>(bits);
    if ((bits & 0x7c00) == 0x7c00 && (bits & 0x3ff)) {
      EXPECT_TRUE(std::isnan(static_cast<float>(value))) << bits;
    } else {
      ASSERT_EQ(float16(static_cast<float>(value)).bits, bits);
    }
  }
}

TEST(Float16, RoundsToNearestTiesToEven) {
  EXPECT_EQ(through_f16(1.0f + 0x1p-11f), 1.0f);
  EXPECT_EQ(through_f16(1.0f + 0x3p-11f), 1.0f + 0x1p-9f);
  EXPECT_EQ(through_f16(1.0f + 0x1p-11f + 0x1p-20f), 1.0f + 0x1p-10f);
  EXPECT_EQ(through_f16(65504.0f), 65504.0f);
  EXPECT_EQ(through_f16(65519.0f), 65504.0f);
  EXPECT_EQ(through_f16(65520.0f), kInfinity);
  EXPECT_EQ(through_f16(-1e9f), -kInfinity);
}

TEST(Float16, Subnormals) {
  EXPECT_EQ(through_f16(0x1p-24f), 0x1p-24f);
  EXPECT_EQ(through_f16(0x1p-25f), 0.0f);  // half way to the smallest: ties to even
  EXPECT_EQ(through_f16(0x1p-25f + 0x1p-40f), 0x1p-24f);
  EXPECT_EQ(through_f16(0x3p-25f), 0x1p-23f);
  EXPECT_EQ(through_f16(-0x3ffp-24f), -0x3ffp-24f);
  EXPECT_EQ(float16(-0x1p-30f).bits, 0x8000);
  EXPECT_TRUE(std::isnan(through_f16(kNan)));
}

}  // namespace
}  // namespace luge
