#include "luge/init/init.h"

#include <gtest/gtest.h>

#include <cmath>

#include "luge/random.h"
#include "support/errors.h"

namespace luge::init {
namespace {

struct Row {
  std::string name;
  Initializer init;
  double deviation;
  double bound;  // of every element
};

TEST(Initializer, DrawsWithTheDeviationItsFansAskFor) {
  random::seed(1);
  const Shape shape{60, 20, 3, 3};  // fan_in 180, fan_out 540
  const double in = 180, out = 540, none = 1e9;
  const Row rows[] = {
      {"constant", constant(0.5), 0, 0.5},
      {"uniform", uniform(-2, 2), 2 / std::sqrt(3.0), 2},
      {"normal", normal(0, 3), 3, none},
      {"truncated_normal", truncated_normal(0, 1), 0.87962566, 2},
      {"small_random", small_random(), 0.01, none},
      {"xavier_uniform", xavier_uniform(), std::sqrt(2 / (in + out)), std::sqrt(6 / (in + out))},
      {"xavier_normal", xavier_normal(2), 2 * std::sqrt(2 / (in + out)), none},
      {"he_uniform", he_uniform(), std::sqrt(2 / in), std::sqrt(6 / in)},
      {"he_normal", he_normal(), std::sqrt(2 / in), none},
      {"lecun_normal", lecun_normal(), std::sqrt(1 / in), none},
      {"fan_in_uniform", fan_in_uniform(), 1 / std::sqrt(3 * in), 1 / std::sqrt(in)},
  };
  for (const Row& row : rows) {
    const auto values = row.init(shape).to_vector<double>();
    double sum = 0, squares = 0, largest = 0;
    for (double v : values) sum += v, squares += v * v, largest = std::max(largest, std::abs(v));
    const double n = static_cast<double>(values.size()), mean = sum / n;
    EXPECT_NEAR(std::sqrt(std::max(0.0, squares / n - mean * mean)), row.deviation,
                0.03 * row.deviation + 1e-6)
        << row.name;
    EXPECT_NEAR(mean, row.name == "constant" ? 0.5 : 0, 0.04 * row.deviation + 1e-9) << row.name;
    EXPECT_LE(largest, row.bound) << row.name;
  }
}

TEST(Initializer, FansOfLinearAndConvolution) {
  EXPECT_EQ(fans_of({10, 4}).in, 4);
  EXPECT_EQ(fans_of({10, 4}).out, 10);
  EXPECT_EQ(fans_of({10, 4, 5, 5}).in, 100);
  EXPECT_EQ(fans_of({10, 4, 5, 5}).out, 250);
}

TEST(Initializer, SameSeedSameValues) {
  const auto draw = [] {
    random::seed(7);
    return he_normal()({4, 3}).to_vector<float>();
  };
  EXPECT_EQ(draw(), draw());
}

TEST(Initializer, ByName) {
  EXPECT_EQ(named("glorot_uniform").name(), "xavier_uniform");
  testing::expect_error<ValueError>([] { named("heh"); }, {"heh", "he_normal"});
  testing::expect_error<ValueError>([] { uniform(1, 1); }, {"empty"});
}

}  // namespace
}  // namespace luge::init
