// gradient_check where kinks lie everywhere: what is wrong is found, what is right passes.
#include "luge/gradient_check.h"

#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/luge.h"

namespace luge {
namespace {

constexpr std::int64_t kLayers = 6, kWidth = 300;

// The gradient of a layer's weights, wrong by what `broken` makes of it.
using Broken = std::function<Tensor(const Tensor& gradient)>;

Tensor right(const Tensor& gradient) { return gradient; }

// Half a million products behind six layers of relu: every step has kinks within it.
struct Deep {
  Variables weights;
  Tensor x;
  Broken broken = right;

  Deep() {
    random::seed(5);
    for (std::int64_t k = 0; k < kLayers; ++k) {
      weights.emplace_back(random::normal({kWidth, kWidth}, 0, std::sqrt(2.0 / kWidth), f64),
                           "layer" + std::to_string(k));
    }
    x = random::normal({8, kWidth}, 0, 1, f64);
    eval({x});
  }

  Tensors operator()() const {
    Tensor y = x;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const Tensor weight = weights[k].value();
      const Tensor product =
          k == 2
              ? custom_gradient(
                    [](const Tensors& in) { return Tensors{matmul(in[0], in[1])}; },
                    [this](const Tensors& in, const Tensors&, const Tensors& g) {
                      return Tensors{matmul(g[0], transpose(in[1])), broken(matmul(transpose(in[0]), g[0]))};
                    },
                    {y, weight})[0]
              : matmul(y, weight);
      y = relu(product);
    }
    return {mean(square(y))};
  }
};

TEST(GradientCheck, KinksEverywhereAreNoFault) {
  const Deep net;
  const GradientReport report =
      gradient_check(net, net.weights, {.kinks_allowed = 1, .elements = 5, .directions = 3});
  EXPECT_TRUE(report.passed) << report.to_string();
  EXPECT_EQ(report.directions + report.skipped_directions, 3);
  EXPECT_GE(report.directions, 2);
  EXPECT_EQ(report.uncovered, std::vector<std::string>());
  EXPECT_GE(report.checked, kLayers * 5 * 9 / 10);
}

TEST(GradientCheck, DirectionsFindWhatIsWrongBetweenKinks) {
  const std::vector<std::pair<const char*, Broken>> faults = {
      {"a hundredth too large", [](const Tensor& g) { return g * 1.01; }},
      {"zero", [](const Tensor& g) { return zeros_like(g); }},
      {"transposed", [](const Tensor& g) { return transpose(g); }},
      {"without its first row",
       [](const Tensor& g) { return g * cast(not_equal(iota_like(g, 0), 0), g.dtype()); }},
  };
  for (const auto& [name, broken] : faults) {
    Deep net;
    net.broken = broken;
    // One element of each layer, far from the first row: the directions have to notice.
    const GradientReport report =
        gradient_check(net, net.weights,
                       {.kinks_allowed = 1,
                        .elements = 1,
                        .directions = kLayers,
                        .progress = [](std::int64_t done, std::int64_t) { return done < kLayers; }});
    EXPECT_FALSE(report.passed) << name;
    EXPECT_EQ(report.wrong_directions, 1) << name << ": " << report.to_string();
    ASSERT_FALSE(report.worst.empty()) << name;
    EXPECT_EQ(report.worst[0].path, "layer2") << name;
    EXPECT_EQ(report.worst[0].index, -1) << name;
  }
}

TEST(GradientCheck, ElementsFindWhatIsWrongBetweenKinks) {
  Deep net;
  net.broken = [](const Tensor& g) { return g * 1.01; };
  const GradientReport report = gradient_check(net, net.weights, {.kinks_allowed = 1, .elements = 10});
  EXPECT_FALSE(report.passed);
  ASSERT_FALSE(report.worst.empty());
  EXPECT_EQ(report.worst[0].path, "layer2");
}

TEST(GradientCheck, AnEarlyEndNamesWhatWasNotCompared) {
  const Variable a(tensor<double>({1, 2}, {2}), "a"), b(tensor<double>({3, 4}, {2}), "b");
  const auto f = [&] { return Tensors{sum(a.value() * b.value())}; };
  const GradientReport report =
      gradient_check(f, Variables{a, b}, {.progress = [](std::int64_t, std::int64_t) { return false; }});
  EXPECT_TRUE(report.passed);
  EXPECT_EQ(report.untried, 3);
  EXPECT_EQ(report.uncovered, std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace luge
