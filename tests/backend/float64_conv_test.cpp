// Convolutions in float64 against the reference loop.
#include <gtest/gtest.h>

#include "ops/attributes/conv.h"
#include "support/kernel_case.h"

namespace luge {
namespace {

using testing::find_kernel;
using testing::KernelCase;
using testing::make_op;
using testing::run_case;

constexpr double bound = 1e-14;  // relative to the largest Σ|x||w|

struct Problem {
  const char* what;
  Shape x, w;
  ConvAttributes attributes;
};

std::vector<Problem> problems() {
  const auto same = [](std::int64_t groups = 1) {
    return ConvAttributes{{1, 1}, {1, 1}, PaddingMode::same, {}, groups};
  };
  return {
      {"3x3", {2, 16, 17, 19}, {13, 16, 3, 3}, same()},
      {"few points, many filters", {1, 64, 3, 3}, {65, 64, 3, 3}, same()},
      {"one point", {1, 300, 3, 3}, {101, 300, 3, 3}, {{1, 1}, {1, 1}, PaddingMode::valid, {}, 1}},
      {"strides and dilation", {2, 8, 31, 33}, {22, 8, 3, 5}, {{2, 3}, {2, 1}, PaddingMode::same, {}, 1}},
      {"groups", {3, 12, 21, 20}, {20, 3, 5, 5}, same(4)},
      {"depthwise", {2, 37, 40, 41}, {37, 1, 3, 3}, same(37)},
      {"uneven padding",
       {1, 9, 30, 31},
       {16, 9, 4, 3},
       {{1, 1}, {1, 1}, PaddingMode::explicit_, {3, 0, 1, 4}, 1}},
      {"one axis", {2, 24, 301}, {33, 24, 5}, {{1}, {1}, PaddingMode::same, {}, 1}},
      {"three axes", {1, 6, 9, 10, 11}, {14, 6, 3, 3, 3}, {{1, 2, 1}, {1, 1, 1}, PaddingMode::same, {}, 1}},
  };
}

TEST(Float64Conv, Forward) {
  const Kernel* kernel = find_kernel("conv", "conv, float64");
  ASSERT_NE(kernel, nullptr);
  for (const Problem& problem : problems()) {
    SCOPED_TRACE(problem.what);
    for (const bool bias : {false, true}) {
      KernelCase c{make_op("conv", problem.attributes), {{f64, problem.x}, {f64, problem.w}}};
      if (bias) c.in.push_back({f64, {problem.w[0]}});
      for (const int threads : {1, 2, 3}) {
        c.threads = threads;
        const Offer offer = c.offer(*kernel);
        ASSERT_TRUE(offer.accepted()) << offer.refusal;
        EXPECT_LE(run_case(c, offer), bound) << threads;
      }
    }
  }
}

// Extents of the output, from the op itself.
Shape outputs(const Problem& problem) {
  return KernelCase{make_op("conv", problem.attributes), {{f64, problem.x}, {f64, problem.w}}}.out()[0].shape;
}

void compare(const Kernel* kernel, KernelCase c, const char* what) {
  ASSERT_NE(kernel, nullptr);
  for (const int threads : {1, 2, 3}) {
    c.threads = threads;
    const Offer offer = c.offer(*kernel);
    ASSERT_TRUE(offer.accepted()) << what << ": " << offer.refusal;
    EXPECT_LE(run_case(c, offer), bound) << what << ' ' << threads;
  }
}

TEST(Float64Conv, GradientOfTheImage) {
  const Kernel* kernel = find_kernel("conv_backward_data", "conv backward data, float64");
  for (const Problem& problem : problems()) {
    compare(kernel,
            {make_op("conv_backward_data", problem.attributes),
             {{f64, outputs(problem)}, {f64, problem.w}, {f64, problem.x}}},
            problem.what);
  }
}

TEST(Float64Conv, GradientOfTheWeights) {
  const Kernel* kernel = find_kernel("conv_backward_weights", "conv backward weights, float64");
  for (const Problem& problem : problems()) {
    for (const bool bias : {false, true}) {
      KernelCase c{make_op("conv_backward_weights", problem.attributes),
                   {{f64, problem.x}, {f64, outputs(problem)}, {f64, problem.w}}};
      c.out_used = {true, bias};
      compare(kernel, c, problem.what);
    }
  }
  const KernelCase bias_alone{
      .op = make_op("conv_backward_weights", problems()[0].attributes),
      .in = {{f64, problems()[0].x}, {f64, outputs(problems()[0])}, {f64, problems()[0].w}},
      .out_used = {false, true}};
  EXPECT_NE(bias_alone.offer(*kernel).refusal.find("plain sum"), std::string::npos);
}

TEST(Float64Conv, RefusesWithReasons) {
  const Kernel* kernel = find_kernel("conv", "conv, float64");
  ASSERT_NE(kernel, nullptr);
  const auto refusal = [&](DType dtype, const Shape& x) {
    const KernelCase c{make_op("conv", ConvAttributes{{1, 1}, {1, 1}, PaddingMode::same, {}, 1}),
                       {{dtype, x}, {dtype, {8, 8, 3, 3}}}};
    return c.offer(*kernel).refusal;
  };
  EXPECT_EQ(refusal(f32, {2, 8, 40, 40}), "takes f64, got f32");
  EXPECT_NE(refusal(f64, {1, 8, 4, 4}).find("products are few"), std::string::npos);
  EXPECT_EQ(refusal(f64, {2, 8, 40, 40}), "");
}

}  // namespace
}  // namespace luge
