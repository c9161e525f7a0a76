// Everything that networks and trainings are made of says what it computes and when to use it, and what it
// says is so: ranges hold, slopes are the derivatives of costs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/registry.h"
#include "luge/autodiff.h"
#include "luge/facts.h"
#include "luge/loss/example.h"
#include "luge/nn/layers.h"
#include "luge/ops/shape.h"

namespace luge {
namespace {

std::vector<std::string> names_of(const char* kind) { return find_family(kind)->names(); }

// This program registers things of its own, which may leave facts out: they are called test-….
bool is_of_tests(const std::string& name) { return name.starts_with("test-"); }

TEST(Facts, EveryThingHasAFormulaAndAUse) {
  for (const char* kind :
       {"activation", "loss", "optimizer", "layer", "schedule", "initializer", "regularizer", "constraint"}) {
    ASSERT_NE(find_family(kind), nullptr) << kind;
    EXPECT_FALSE(names_of(kind).empty()) << kind;
    for (const std::string& name : names_of(kind)) {
      if (is_of_tests(name)) continue;
      const Facts* facts = facts::find(kind, name);
      ASSERT_NE(facts, nullptr) << kind << " " << name << " has no facts";
      EXPECT_FALSE(facts->formula.empty()) << kind << " " << name;
      EXPECT_FALSE(facts->use.empty()) << kind << " " << name;
    }
  }
  EXPECT_EQ(facts::find("activation", "conv3000d"), nullptr);
  EXPECT_EQ(facts::find("no kind", "relu"), nullptr);
}

TEST(Facts, ActivationsAndLossesHaveDerivativesAndRanges) {
  for (const char* kind : {"activation", "loss"}) {
    for (const std::string& name : names_of(kind)) {
      if (is_of_tests(name)) continue;
      EXPECT_FALSE(facts::find(kind, name)->derivative.empty()) << kind << " " << name;
      EXPECT_FALSE(facts::find(kind, name)->range.empty()) << kind << " " << name;
    }
  }
}

TEST(Facts, OtherLayersTellTheirParametersAndOutputs) {
  const std::vector<std::string> activations = names_of("activation");
  for (const std::string& name : names_of("layer")) {
    if (is_of_tests(name) || std::ranges::find(activations, name) != activations.end()) continue;
    EXPECT_FALSE(facts::find("layer", name)->parameters.empty()) << name;
    EXPECT_FALSE(facts::find("layer", name)->output.empty()) << name;
  }
}

TEST(Facts, AFactOfATestIsFound) {
  EXPECT_TRUE(facts::add("test-kind", {{"one", {.formula = "y = x"}}}));
  ASSERT_NE(facts::find("test-kind", "one"), nullptr);
  EXPECT_EQ(facts::find("test-kind", "one")->formula, "y = x");
  EXPECT_TRUE(facts::share("test-view", "test-kind"));
  EXPECT_EQ(facts::find("test-view", "one"), facts::find("test-kind", "one"));
  EXPECT_EQ(facts::find("test-kind", "two"), nullptr);
}

// "[-alpha, ∞) for …" in numbers, with the defaults of options.
struct Limits {
  double low, high;
  bool low_reached, high_reached;
};

double number_of(std::string_view text, const Member& member) {
  const bool minus = text.starts_with('-');
  if (minus) text.remove_prefix(1);
  if (text == "∞") return minus ? -INFINITY : INFINITY;
  for (const options::Info& option : member.options) {
    if (option.name == text) return (minus ? -1 : 1) * std::get<double>(option.fallback);
  }
  return (minus ? -1 : 1) * std::stod(std::string(text));
}

Limits limits_of(std::string_view range, const Member& member) {
  const std::size_t comma = range.find(", "), end = range.find_first_of(")]");
  if (comma == range.npos || end == range.npos || (range[0] != '(' && range[0] != '['))
    throw FormatError("a range is written like [0, ∞)");
  return {number_of(range.substr(1, comma - 1), member),
          number_of(range.substr(comma + 2, end - comma - 2), member), range[0] == '[', range[end] == ']'};
}

TEST(Facts, RangesOfActivationsHoldAndAreTight) {
  for (const std::string& name : names_of("activation")) {
    if (is_of_tests(name)) continue;
    const Limits limits =
        limits_of(facts::find("activation", name)->range, find_family("activation")->member(name));
    std::vector<double> rows;
    for (int k = -4000; k <= 4000; ++k) {
      const double x = k / 80.0;  // -50 to 50
      rows.insert(rows.end(), {x, 0, 1});
    }
    const Tensor all = tensor(rows, Shape{8001, 3});
    const std::vector<double> values = select(nn::layer(name)(all), 1, 0).to_vector<double>();
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    // Where a limit is not reached, it is within rounding, or within the 1/x of softsign.
    EXPECT_GE(*low, limits.low) << name;
    EXPECT_LE(*high, limits.high) << name;
    constexpr double kFar = 40, kNear = 0.03;
    EXPECT_TRUE(std::isinf(limits.low) ? *low < 0 : *low - limits.low < kNear) << name << " from " << *low;
    EXPECT_TRUE(std::isinf(limits.high) ? *high > kFar : limits.high - *high < kNear)
        << name << " to " << *high;
  }
}

TEST(Facts, ATextThatIsNoRangeIsNoticed) {
  EXPECT_THROW(limits_of("from 0 to 1", {}), FormatError);
  EXPECT_EQ(limits_of("[-0.17, ∞)", {}).low, -0.17);
  EXPECT_TRUE(limits_of("[-0.17, ∞)", {}).low_reached);
  EXPECT_FALSE(limits_of("(0, 1)", {}).high_reached);
}

// The derivatives that follow from the output, as facts of some activations say them.
TEST(Facts, DerivativesFollowFromOutputs) {
  const std::vector<std::pair<std::string, double (*)(double)>> rules = {
      {"sigmoid", [](double a) { return a * (1 - a); }},
      {"tanh", [](double a) { return 1 - a * a; }},
      {"relu", [](double a) { return a > 0 ? 1.0 : 0.0; }},
      {"leaky-relu", [](double a) { return a > 0 ? 1.0 : 0.01; }},
      {"relu6", [](double a) { return a > 0 && a < 6 ? 1.0 : 0.0; }},
      {"softsign", [](double a) { return (1 - std::abs(a)) * (1 - std::abs(a)); }},
      {"softplus", [](double a) { return 1 - std::exp(-a); }},
      {"elu", [](double a) { return a > 0 ? 1 : a + 1; }},
      {"celu", [](double a) { return a > 0 ? 1 : 1 + a; }},
      {"selu",
       [](double a) { return a > 0 ? 1.0507009873554805 : a + 1.0507009873554805 * 1.6732632423543772; }},
      {"scaled-tanh", [](double a) { return 2 / 3.0 * (1.7159 - a * a / 1.7159); }},
      {"hard-sigmoid", [](double a) { return a > 0 && a < 1 ? 1 / 6.0 : 0.0; }},
      {"hard-tanh", [](double a) { return std::abs(a) < 1 ? 1.0 : 0.0; }}};
  const Tensor x = tensor({-7.3, -3.1, -0.9, -0.2, 0.3, 0.8, 2.6, 7.7}, Shape{8});
  for (const auto& [name, rule] : rules) {
    ASSERT_FALSE(facts::find("activation", name)->from_output.empty()) << name;
    const nn::Model layer = nn::layer(name);
    const std::vector<double> a = layer(x).to_vector<double>(),
                              slope = grad(layer(x), x, {.seed = ones_like(x)}).to_vector<double>();
    for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(slope[k], rule(a[k]), 1e-9) << name << " at " << k;
  }
}

double cost_at(const loss::Loss& loss, const loss::Example::Case& one, double x) {
  return loss(one.prediction(tensor({x}, Shape{1})), one.target).item<double>();
}

TEST(Facts, CostsOfExamplesAreInRangeAndHaveTheSlopesThatAreShown) {
  for (const std::string& name : names_of("loss")) {
    if (is_of_tests(name)) continue;
    const loss::Loss loss = loss::named(name);
    const Limits limits = limits_of(facts::find("loss", name)->range, find_family("loss")->member(name));
    const loss::Example example = loss::example(name, loss);
    ASSERT_FALSE(example.cases.empty()) << name;
    EXPECT_LT(example.low, example.high) << name;
    std::size_t kinks = 0, moved = 0;
    constexpr int kPoints = 23;
    for (const loss::Example::Case& one : example.cases) {
      for (int k = 1; k < kPoints; ++k) {
        const double x = example.low + (example.high - example.low) * k / kPoints, h = 1e-5;
        const double cost = cost_at(loss, one, x);
        EXPECT_TRUE(std::isfinite(cost)) << name << " at " << x;
        EXPECT_GE(cost, limits.low - 1e-12) << name << " at " << x;
        EXPECT_LE(cost, limits.high + 1e-12) << name << " at " << x;
        const Tensor at = tensor({x}, Shape{1});
        const double slope =
            grad(loss(one.prediction(at), one.target), at, {.seed = {}, .allow_unused = true}).item<double>();
        const double left = (cost - cost_at(loss, one, x - h)) / h,
                     right = (cost_at(loss, one, x + h) - cost) / h;
        moved += slope != 0 ? 1 : 0;
        if (std::abs(left - right) > 0.01 * (1 + std::abs(slope))) {
          ++kinks;
          continue;
        }
        EXPECT_NEAR(slope, (left + right) / 2, 1e-4 * (1 + std::abs(slope))) << name << " at " << x;
      }
    }
    EXPECT_LE(kinks, 2u) << name;
    EXPECT_GT(moved, 5u) << name << " does not depend on x";
  }
}

}  // namespace
}  // namespace luge
