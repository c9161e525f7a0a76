// grad and gradient_check with names.
#include <gtest/gtest.h>

#include "luge/autodiff.h"
#include "luge/gradient_check.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/variable.h"
#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;

TEST(GradNames, GradientsHaveTheNamesOfTheirTargets) {
  const Variable w(tensor({1.0f, 2.0f}, {2}), "w");
  const Tensor b = tensor({3.0f}, {1});
  const Tensor loss = sum(square(w) + b);
  const NamedTensors g = grad(loss, NamedTensors{{"shift", b}, {"weight", w}});
  EXPECT_EQ(g.names(), (std::vector<std::string>{"shift", "weight"}));
  EXPECT_EQ(g["shift"].to_vector<float>(), (std::vector<float>{2}));
  EXPECT_EQ(g["weight"].to_vector<float>(), (std::vector<float>{2, 4}));
  EXPECT_TRUE(grad(loss, NamedTensors()).empty());
}

TEST(GradNames, ErrorsNameTheTarget) {
  const Tensor x = ones({2}), other = ones({2}), whole = ones({2}, i64);
  const Tensor loss = sum(x);
  expect_error<GraphError>([&] { grad(loss, NamedTensors{{"x", x}, {"other", other}}); }, {"'other'"});
  expect_error<DTypeError>([&] { grad(loss, NamedTensors{{"labels", whole}}); }, {"'labels'", "i64"});
  const NamedTensors g = grad(loss, NamedTensors{{"other", other}}, {.allow_unused = true});
  EXPECT_EQ(g["other"].to_vector<float>(), (std::vector<float>{0, 0}));
}

TEST(GradientCheckNames, EntriesOfTheReportAreNamed) {
  const NamedTensors in = {
      {"a", tensor({0.5, 0.25}, {2})}, {"labels", ones({2}, i64)}, {"b", tensor({2.0}, {1})}};
  const auto right = [](const NamedTensors& given) {
    EXPECT_EQ(given["labels"].dtype(), i64);
    return NamedTensors{{"y", given["a"] * given["b"]}, {"z", exp(given["a"])}};
  };
  const GradientReport report = gradient_check(right, in);
  EXPECT_TRUE(report.passed) << report.to_string();
  EXPECT_EQ(report.elements, 3);
  const auto wrong = [](const NamedTensors& given) {
    const Tensor b = given["b"];
    return NamedTensors{{"y", given["a"] * (b + (b * b - stop_gradient(b * b)) * 0.5)}};
  };
  const GradientReport bad = gradient_check(wrong, in);
  EXPECT_FALSE(bad.passed);
  ASSERT_FALSE(bad.worst.empty());
  EXPECT_EQ(bad.worst[0].path, "input 'b'");
  expect_error<DTypeError>([&] { gradient_check(right, {{"a", ones({2})}}); }, {"input 'a'", "f32"});
}

}  // namespace
}  // namespace luge
