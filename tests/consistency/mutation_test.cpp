// Gradients broken on purpose: a check that passes them checks nothing.
#include <gtest/gtest.h>

#include "luge/autodiff.h"
#include "luge/gradient_check.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "support/op_run.h"
#include "support/sanitizer.h"

namespace luge::testing {
namespace {

using Breakage = Tensor (*)(const Tensor& gradient, std::size_t input);

struct Fault {
  const char* name;
  Breakage apply;
};

Tensor zeroed(const Tensor& gradient, std::size_t) { return zeros_like(gradient); }
Tensor doubled(const Tensor& gradient, std::size_t) { return gradient * 2; }
// The part of the first element along each axis is missing.
Tensor dropped_term(const Tensor& gradient, std::size_t) {
  if (gradient.rank() == 0) return zeros_like(gradient);
  return gradient * cast(not_equal(iota_like(gradient, 0), 0), gradient.dtype());
}
Tensor wrong_axis(const Tensor& gradient, std::size_t) {
  const int last = gradient.rank() - 1;
  if (last >= 1 && gradient.extent(last) == gradient.extent(last - 1)) return transpose(gradient);
  return gradient.rank() == 0 ? gradient
                              : reshape(permute(gradient,
                                                [&] {
                                                  std::vector<int> order;
                                                  for (int axis = last; axis >= 0; --axis)
                                                    order.push_back(axis);
                                                  return order;
                                                }()),
                                        gradient.shape());
}
Tensor wrong_sign(const Tensor& gradient, std::size_t) { return -gradient; }
Tensor of_one_input_only(const Tensor& gradient, std::size_t input) {
  return input == 0 ? gradient : zeros_like(gradient);
}

constexpr Fault faults[] = {
    {"zeroed", zeroed},         {"doubled", doubled},       {"dropped term", dropped_term},
    {"wrong axis", wrong_axis}, {"wrong sign", wrong_sign}, {"only the first input's", of_one_input_only}};

// Gradients of Σ g·result.
Tensors true_gradients(const OpCase& row, const Tensors& inputs, const Tensors& g) {
  const Tensors results = row.build(inputs);
  Tensor total;
  for (std::size_t k = 0; k < results.size(); ++k) {
    if (!is_floating(results[k].dtype()) || !g[k].defined()) continue;
    const Tensor part = sum(results[k] * g[k]);
    total = total.defined() ? total + part : part;
  }
  Tensors targets;
  for (const Tensor& input : inputs) {
    if (is_floating(input.dtype())) targets.push_back(input);
  }
  Tensors found = grad(total, targets, {.seed = {}, .allow_unused = true}), all;
  for (std::size_t k = 0, next = 0; k < inputs.size(); ++k) {
    all.push_back(is_floating(inputs[k].dtype()) ? found[next++] : Tensor());
  }
  return all;
}

// The row's function with its gradient broken. `differs` becomes whether that changed anything. `tried`: how
// many elements of each input are looked at; 0: all.
GradientReport check_broken(const OpCase& row, const Tensors& inputs, Breakage apply, bool& differs,
                            std::int64_t tried) {
  const auto broken = [&](const Tensors& in) {
    return custom_gradient(
        row.build,
        [&](const Tensors& at, const Tensors&, const Tensors& g) {
          Tensors gradients = true_gradients(row, at, g);
          for (std::size_t k = 0; k < gradients.size(); ++k) {
            if (!gradients[k].defined()) continue;
            const Tensor wrong = apply(gradients[k], k);
            differs |= distance(wrong.to_vector<double>(), gradients[k].to_vector<double>()) > 1e-4;
            gradients[k] = wrong;
          }
          return gradients;
        },
        in);
  };
  return gradient_check(broken, inputs, {.elements = tried});
}

Tensor unbroken(const Tensor& gradient, std::size_t) { return gradient; }

TEST(Mutation, EveryPlantedFaultIsNoticed) {
  if (testing::address_sanitizer())
    GTEST_SKIP() << "looks at the strength of the op cases, not at memory: minutes under sanitizers";
  std::size_t planted = 0;
  for (const OpCase& row : op_cases()) {
    if (!row.gradient) continue;
    const Tensors inputs = elements(row.inputs[0], row.name);
    bool changed = false;
    // That every element's gradient is right is shown by the rooms of the ops; here, that this harness is.
    const GradientReport sound = check_broken(row, inputs, unbroken, changed, 2);
    EXPECT_TRUE(sound.passed) << row.name << ": " << sound.to_string();
    for (const Fault& fault : faults) {
      bool differs = false;
      // What a few elements show, all of them show too.
      GradientReport report = check_broken(row, inputs, fault.apply, differs, 2);
      if (report.passed) report = check_broken(row, inputs, fault.apply, differs, 0);
      if (!differs) continue;  // a gradient of 0 doubled is no fault
      ++planted;
      EXPECT_FALSE(report.passed) << row.name << " with its gradient " << fault.name;
      EXPECT_FALSE(report.worst.empty());
    }
  }
  EXPECT_GT(planted, 500u);
}

// The report says where: the entry, the gradient given and the slope found.
TEST(Mutation, TheReportNamesTheEntry) {
  const auto wrong_at_two = [](const Tensors& in) {
    return custom_gradient([](const Tensors& x) { return Tensors{square(x[0])}; },
                           [](const Tensors& x, const Tensors&, const Tensors& g) {
                             const Tensor at_two = cast(equal(iota_like(x[0], 0), 2), f64);
                             return Tensors{2 * x[0] * g[0] * (1 + at_two)};
                           },
                           in);
  };
  const GradientReport report = gradient_check(wrong_at_two, {tensor<double>({1, 2, 3, 4}, {4})});
  EXPECT_FALSE(report.passed);
  ASSERT_FALSE(report.worst.empty());
  EXPECT_EQ(report.worst[0].path, "input 0");
  EXPECT_EQ(report.worst[0].index, 2);
  EXPECT_NEAR(report.worst[0].analytic, 2 * report.worst[0].numeric, 1e-5);
  EXPECT_NE(report.to_string().find("input 0 [2]"), std::string::npos);
}

// Elements on a kink are skipped, counted, and too many of them are a failure of their own.
TEST(Mutation, KinksAreCounted) {
  std::vector<double> values(200, 1.5);
  values[7] = 0;
  const auto rectified = [](const Tensors& in) { return Tensors{relu(in[0])}; };
  const GradientReport few = gradient_check(rectified, {tensor(values, {200})});
  EXPECT_EQ(few.skipped, 1);
  EXPECT_TRUE(few.passed) << few.to_string();
  std::fill_n(values.begin(), 10, 0.0);
  const GradientReport many = gradient_check(rectified, {tensor(values, {200})});
  EXPECT_EQ(many.skipped, 10);
  EXPECT_FALSE(many.passed);
}

TEST(Mutation, VariablesAreCheckedByNameAndLeftAsTheyWere) {
  const Variable w(tensor<double>({1, 2, 3}, {3}), "layer.weight");
  const GradientReport good = gradient_check([&] { return Tensors{square(w.value())}; }, Variables{w});
  EXPECT_TRUE(good.passed) << good.to_string();
  EXPECT_EQ(good.checked, 3);
  const GradientReport bad =
      gradient_check([&] { return Tensors{w.value() * stop_gradient(w.value())}; }, Variables{w});
  EXPECT_FALSE(bad.passed);
  EXPECT_EQ(bad.worst.at(0).path, "layer.weight");
  EXPECT_EQ(w.value().to_vector<double>(), (std::vector<double>{1, 2, 3}));
}

}  // namespace
}  // namespace luge::testing
