// Moments, bounds and structure of every registered initializer, and of those with a structure.
#include "luge/init/structured.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "luge/error.h"
#include "luge/init/digit_bitmaps.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "support/errors.h"

namespace luge::init {
namespace {

using testing::expect_error;
using Values = std::vector<double>;

// For the weight [60,20,3,3] of a convolution: the deviation, and the bound of every element; 0: there is
// none.
struct Moments {
  double mean, deviation, bound;
};
constexpr double kIn = 180, kOut = 540, kTruncated = 0.87962566103423978;

std::map<std::string, Moments> moments() {
  const double he = std::sqrt(2 / kIn), xavier = std::sqrt(2 / (kIn + kOut)), lecun = std::sqrt(1 / kIn);
  const double root3 = std::sqrt(3.0);
  return {
      {"zeros", {0, 0, 0}},
      {"ones", {1, 0, 1}},
      {"constant(value=0.5)", {0.5, 0, 0.5}},
      {"uniform", {0, 0.1 / std::sqrt(12.0), 0.05}},
      {"normal", {0, 0.05, 0}},
      {"truncated_normal", {0, 0.05 * kTruncated, 0.1}},
      {"small_random", {0, 0.01, 0}},
      {"xavier_uniform", {0, xavier, root3 * xavier}},
      {"glorot_uniform", {0, xavier, root3 * xavier}},
      {"xavier_normal(gain=2)", {0, 2 * xavier, 0}},
      {"glorot_normal", {0, xavier, 0}},
      {"he_uniform", {0, he, root3 * he}},
      {"he_uniform(slope=0.5)", {0, he / std::sqrt(1.25), root3 * he / std::sqrt(1.25)}},
      {"he_normal(fan=out,slope=1)", {0, std::sqrt(1 / kOut), 0}},
      {"lecun_normal", {0, lecun, 0}},
      {"lecun_uniform", {0, lecun, root3 * lecun}},
      {"fan_in_uniform", {0, lecun / root3, lecun}},
      {"variance_scaling", {0, lecun, 2 * lecun / kTruncated}},
      {"variance_scaling(scale=2,mode=fan_out,distribution=normal)", {0, std::sqrt(2 / kOut), 0}},
      {"variance_scaling(mode=fan_avg,distribution=uniform)", {0, xavier, root3 * xavier}},
      {"orthogonal", {0, 1 / std::sqrt(180.0), 0}},
  };
}

const std::set<std::string> kOther = {"identity", "dirac", "sparse", "digit_bitmaps"};  // tested below

const std::set<std::string> kMatrices = {"identity", "sparse", "digit_bitmaps"};

Values drawn(const std::string& text, DType dtype) {
  random::seed(5);
  return named(text)({60, 20, 3, 3}, dtype).to_vector<double>();
}

TEST(EveryInitializer, HasItsMomentsInEveryDType) {
  for (const auto& [text, expected] : moments()) {
    for (const DType dtype : {f32, f64, bf16, f16}) {
      const Values values = drawn(text, dtype);
      double sum = 0, squares = 0, largest = 0;
      for (const double each : values)
        sum += each, squares += each * each, largest = std::max(largest, std::abs(each));
      const double n = static_cast<double>(values.size()), mean = sum / n;
      const double deviation = std::sqrt(std::max(0.0, squares / n - mean * mean));
      EXPECT_NEAR(mean, expected.mean, 0.04 * expected.deviation + 1e-12) << text << ' ' << name(dtype);
      EXPECT_NEAR(deviation, expected.deviation, 0.03 * expected.deviation + 1e-6)
          << text << ' ' << name(dtype);
      const double slack = dtype == bf16 ? 1.005 : 1.001;
      if (expected.bound > 0) {
        EXPECT_LE(largest, slack * expected.bound) << text << " in " << name(dtype);
      }
    }
  }
}

TEST(EveryInitializer, HasARow) {
  std::set<std::string> rows = kOther;
  for (const auto& [text, expected] : moments()) rows.insert(text.substr(0, text.find('(')));
  for (const std::string& name : names())
    EXPECT_TRUE(name.starts_with("test-") || rows.contains(name)) << name << " has no moments in this file";
}

// Numbers of 16 bits are those of float32, rounded.
TEST(EveryInitializer, DrawsSixteenBitsInFloat32) {
  for (const std::string& name : names()) {
    if (name.starts_with("test-") || kMatrices.contains(name)) continue;
    const Values wide = drawn(name, f32), narrow = drawn(name, bf16);
    for (std::size_t i = 0; i < wide.size(); ++i)
      ASSERT_NEAR(narrow[i], wide[i], 0x1p-7 * std::abs(wide[i]) + 1e-30) << name << ' ' << i;
  }
}

TEST(Orthogonal, RowsOrColumnsAreOrthonormal) {
  random::seed(2);
  for (const Shape& shape : {Shape{5, 5}, Shape{4, 9}, Shape{9, 4}, Shape{1, 3}, Shape{6, 2, 2, 2}}) {
    const Tensor w = flatten(orthogonal(2)(shape, f64), 1);
    const bool wide = w.shape()[0] <= w.shape()[1];
    const Tensor gram = wide ? matmul(w, w, {.transpose_b = true}) : matmul(w, w, {.transpose_a = true});
    const auto n = static_cast<std::size_t>(gram.shape()[0]);
    const Values values = gram.to_vector<double>();
    for (std::size_t i = 0; i < n * n; ++i)
      EXPECT_NEAR(values[i], i / n == i % n ? 4 : 0, 1e-13) << shape.to_string();
  }
  EXPECT_EQ(orthogonal()({0, 3}).elements(), 0);
  expect_error<ShapeError>([] { orthogonal()({3}); }, {"init::orthogonal", "[3]", "two axes"});
  expect_error<options::OptionError>([] { orthogonal(0); }, {"gain is 0"});
}

TEST(Identity, HasItsGainOnTheDiagonal) {
  EXPECT_EQ(identity(3)({2, 3}, f64).to_vector<double>(), (Values{3, 0, 0, 0, 3, 0}));
  EXPECT_EQ(identity()({3, 2}, bf16).to_vector<double>(), (Values{1, 0, 0, 1, 0, 0}));
  expect_error<ShapeError>([] { identity()({2, 2, 2}); }, {"init::identity", "[2,2,2]", "a matrix"});
}

TEST(Dirac, PassesTheInputsOfEachGroupOn) {
  // [out 4, in 2, 3] in two groups: the first two outputs are the first two inputs.
  EXPECT_EQ(dirac(2)({4, 2, 3}, f64).to_vector<double>(),
            (Values{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}));
  const Values filters = dirac()({3, 2, 3, 5}).to_vector<double>();
  double sum = 0;
  for (const double each : filters) sum += each;
  EXPECT_EQ(sum, 2);
  EXPECT_EQ(filters[7], 1);
  EXPECT_EQ(filters[45 + 7], 1);
  // Filters beyond the inputs of their group are drawn by another initializer.
  const Values part = dirac(2, constant(0.5))({6, 2, 3}, f64).to_vector<double>();
  EXPECT_EQ(part, (Values{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5,
                          0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5}));
  random::seed(3);
  const Values usual = fan_in_uniform()({6, 2, 3}).to_vector<double>();
  random::seed(3);
  const Values drawn = named("dirac(rest=fan_in_uniform)")({6, 2, 3}).to_vector<double>();
  EXPECT_TRUE(std::equal(drawn.begin() + 12, drawn.end(), usual.begin() + 12));
  EXPECT_EQ(drawn[1], 1);
  expect_error<ShapeError>([] { dirac()({3, 3}); }, {"init::dirac", "three to five axes"});
  expect_error<ShapeError>([] { dirac(2)({3, 3, 1}); }, {"divide by the groups"});
  expect_error<options::OptionError>([] { dirac(0); }, {"groups is 0"});
}

TEST(Sparse, HasItsShareOfZerosInEachColumn) {
  random::seed(4);
  const Values values = sparse(0.75, 0.5)({10, 200}).to_vector<double>();
  double squares = 0;
  std::vector<int> zeros_of_row(10);
  for (std::size_t column = 0; column < 200; ++column) {
    int count = 0;
    for (std::size_t row = 0; row < 10; ++row) {
      const double each = values[row * 200 + column];
      count += each == 0;
      zeros_of_row[row] += each == 0;
      squares += each * each;
    }
    EXPECT_EQ(count, 8) << "⌈0.75·10⌉";
  }
  EXPECT_NEAR(std::sqrt(squares / 400), 0.5, 0.05);
  for (const int each : zeros_of_row) EXPECT_NEAR(each, 160, 25);
  expect_error<ShapeError>([] { sparse(0.5)({4}); }, {"init::sparse", "a matrix"});
  expect_error<options::OptionError>([] { sparse(1.5); }, {"sparsity is 1.5"});
}

TEST(Structured, AreReadFromTheirTexts) {
  for (const char* text :
       {"orthogonal(gain=2)", "identity", "dirac(groups=2)", "dirac(rest=he_normal)", "lecun_uniform",
        "sparse(sparsity=0.5)", "he_normal(slope=0.25)", "he_uniform(fan=out,slope=0.25)",
        "variance_scaling(scale=2,mode=fan_avg,distribution=uniform)"})
    EXPECT_EQ(named(text).name(), text);
  expect_error<options::OptionError>([] { he_normal(Fan::in, -1); }, {"slope is -1"});
  expect_error<options::OptionError>([] { variance_scaling({.scale = 0}); }, {"scale is 0"});
}

TEST(DigitBitmaps, AreTenCodesFarFromEachOther) {
  random::seed(1);
  const Values codes = digit_bitmaps()({12, 84}).to_vector<double>();
  random::seed(2);
  const Values others = digit_bitmaps()({12, 84}, f64).to_vector<double>();
  const auto differing = [](const Values& a, std::size_t row, const Values& b, std::size_t other) {
    int count = 0;
    for (std::size_t k = 0; k < 84; ++k) count += a[84 * row + k] != b[84 * other + k];
    return count;
  };
  for (const double each : codes) EXPECT_EQ(std::abs(each), 1);
  for (std::size_t row = 0; row < 12; ++row) {
    EXPECT_EQ(differing(codes, row, others, row) == 0, row < 10)
        << "pictures do not depend on the seed: " << row;
    for (std::size_t before = 0; before < row; ++before) EXPECT_GE(differing(codes, row, codes, before), 12);
  }
  EXPECT_EQ(std::count(codes.begin() + 7 * 84, codes.begin() + 7 * 84 + 7, 1), 7) << "the bar of the 7";
}

TEST(DigitBitmaps, AreRandomWhereNoPictureFits) {
  const Values signs = digit_bitmaps()({40, 100}).to_vector<double>();
  EXPECT_NEAR(std::count(signs.begin(), signs.end(), 1), 2000, 150);
  expect_error<ShapeError>([] { digit_bitmaps()({84}); }, {"digit_bitmaps", "[84]", "a matrix"});
}

}  // namespace
}  // namespace luge::init
