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

// What the initializer draws for a convolution.
std::vector<double> drawn(const Initializer& initializer) {
  random::seed(3);
  return initializer({6, 4, 3, 3}).to_vector<double>();
}

TEST(Initializer, IsReadFromItsText) {
  const std::pair<Initializer, const char*> rows[] = {
      {zeros(), "zeros"},
      {ones(), "ones"},
      {constant(0), "constant"},
      {constant(0.25), "constant(value=0.25)"},
      {uniform(-0.05, 0.1), "uniform(high=0.1)"},
      {normal(0, 0.02), "normal(deviation=0.02)"},
      {normal(1, 0.05), "normal(mean=1)"},
      {truncated_normal(-1, 1e-3), "truncated_normal(mean=-1,deviation=0.001)"},
      {small_random(), "small_random"},
      {xavier_uniform(), "xavier_uniform"},
      {xavier_normal(2), "xavier_normal(gain=2)"},
      {glorot_normal(), "xavier_normal"},
      {he_uniform(), "he_uniform"},
      {he_uniform(Fan::out), "he_uniform(fan=out)"},
      {he_normal(Fan::out), "he_normal(fan=out)"},
      {lecun_normal(), "lecun_normal"},
      {fan_in_uniform(), "fan_in_uniform"},
  };
  for (const auto& [initializer, text] : rows) {
    EXPECT_EQ(initializer.name(), text);
    EXPECT_EQ(named(text).name(), text);
    EXPECT_EQ(drawn(named(text)), drawn(initializer)) << text;
  }
  EXPECT_EQ(named("normal(mean=0,deviation=0.02)").name(), "normal(deviation=0.02)");
  EXPECT_EQ(named("normal", {{"deviation", 0.02}}).name(), "normal(deviation=0.02)");
  EXPECT_EQ(drawn(named("he_uniform_out")), drawn(he_uniform(Fan::out)));
  EXPECT_EQ(drawn(named("he_normal_out")), drawn(he_normal(Fan::out)));
}

TEST(Initializer, RefusesOptionsThatAreNotRight) {
  const auto refuses = [](const char* text, const char* part) {
    testing::expect_error<options::OptionError>([&] { named(text); }, {part});
  };
  refuses("normal(deviation=-1)", "initializer normal: deviation is -1; expected a number, 0 or more");
  refuses("normal(std=1)", "did you mean deviation?");
  refuses("he_normal(fan=both)", "fan is 'both'; expected in or out");
  refuses("xavier_normal(gain=0)", "gain is 0; expected a number above 0");
  refuses("zeros(value=1)", "there is no option 'value'; there are none; constant has it");
  testing::expect_error<options::OptionError>([] { normal(0, -1); }, {"init::normal: deviation is -1"});
}

struct LayerOptions {
  Initializer init = he_normal();
  std::optional<Initializer> bias = {};
  static void fields(auto& self, auto&& field) {
    field("init", self.init, "initial value of weight");
    field("bias", self.bias, "initial value of bias");
  }
};

TEST(Initializer, IsAnOptionOfAStruct) {
  LayerOptions layer;
  EXPECT_EQ(options::to_json(options::get(layer)), R"({"init":"he_normal","bias":null})");
  options::set("layer", layer, {{"init", "normal(deviation=0.5)"}, {"bias", "zeros"}});
  EXPECT_EQ(layer.init.name(), "normal(deviation=0.5)");
  EXPECT_EQ(layer.bias->name(), "zeros");
  EXPECT_EQ(options::changed(layer), (options::Values{{"init", "normal(deviation=0.5)"}, {"bias", "zeros"}}));
  testing::expect_error<options::OptionError>(
      [&] {
        options::set("layer", layer, {{"init", "he_norml"}});
      },
      {"layer: init is 'he_norml'", "he_normal"});
  EXPECT_NE(options::infos<LayerOptions>()[0].expected().find("normal(mean=0"), std::string::npos);
}

TEST(Initializer, OfOnesOwnIsFoundByName) {
  EXPECT_TRUE(add("test-threes", "threes", [] {
    return Initializer("test-threes",
                       [](const Shape& shape, const Fans&, DType dtype) { return full(shape, 3, dtype); });
  }));
  EXPECT_FALSE(add("zeros", "again", [] { return ones(); }));
  EXPECT_EQ(drawn(named("test-threes"))[5], 3);
  for (const std::string& name : names()) {
    EXPECT_FALSE(description(name).empty()) << name;
    EXPECT_NO_THROW(named(named(name).name())) << name;
  }
}

}  // namespace
}  // namespace luge::init
