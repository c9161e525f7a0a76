// Our own convolutions of each channel alone, against the reference in float64.
#include <gtest/gtest.h>

#include "backend/cpu/conv/candidates.h"
#include "backend/cpu/conv/depthwise.h"
#include "backend/cpu/onednn/cost.h"
#include "support/own_conv.h"

namespace luge::testing {
namespace {

constexpr double bound = 4e-7;  // relative to the largest Σ|x||w|

const Kernel& kernel() {
  static const cpu::conv::Candidate found = cpu::conv::depthwise_conv(cpu::conv::Where::anywhere);
  return *found;
}

ConvProblem problem(const char* what, Shape x, std::int64_t high, std::int64_t wide,
                    std::vector<std::int64_t> stride = {1, 1}, PaddingMode padding = PaddingMode::same,
                    std::vector<std::int64_t> pads = {}) {
  const std::int64_t channels = x[1];
  return {what,    std::move(x), {channels, 1, high, wide}, padding, std::move(pads), std::move(stride),
          channels};
}

class Depthwise : public ::testing::Test {
  void SetUp() override {
    if (cpu::conv::depthwise_loops().lanes == 0) GTEST_SKIP() << "needs AVX2 or AVX-512";
  }
};

TEST_F(Depthwise, Forward) {
  for (const ConvProblem& p : {
           problem("whole blocks", {1, 32, 8, 8}, 3, 3),
           problem("filled up channels", {2, 21, 7, 7}, 3, 3),
           problem("in steps", {2, 16, 11, 14}, 3, 3, {2, 2}),
           problem("in steps from the border on", {1, 16, 8, 8}, 3, 3, {2, 2}, PaddingMode::explicit_,
                   {1, 1, 1, 1}),
           problem("in steps of their own", {1, 9, 12, 10}, 3, 3, {3, 1}),
           problem("no padding", {1, 16, 6, 9}, 3, 3, {1, 1}, PaddingMode::valid),
           problem("full padding", {1, 16, 3, 4}, 3, 3, {1, 1}, PaddingMode::full),
           problem("uneven padding", {1, 16, 5, 6}, 3, 3, {2, 2}, PaddingMode::explicit_, {0, 3, 2, 4}),
           problem("one point", {2, 24, 1, 1}, 3, 3),
           problem("one row", {1, 16, 1, 30}, 3, 3),
           problem("one column", {1, 16, 13, 1}, 3, 3),
           problem("5x5", {1, 24, 9, 14}, 5, 5),
           problem("5x5 in steps", {1, 24, 15, 13}, 5, 5, {2, 2}),
           problem("5x5 larger than the image", {1, 8, 3, 2}, 5, 5),
           problem("7x7", {1, 16, 9, 17}, 7, 7),
           problem("7x7 in steps", {1, 16, 16, 30}, 7, 7, {2, 2}),
           problem("1x3", {1, 16, 5, 9}, 1, 3),
           problem("6x5", {1, 16, 9, 9}, 6, 5),
       }) {
    SCOPED_TRACE(p.what);
    expect_post_ops(p, kernel(), bound);
  }
}

TEST_F(Depthwise, EveryWidth) {
  for (const std::int64_t wide : {3, 5, 7}) {
    for (std::int64_t width = wide; width <= 34; ++width) {
      for (const std::int64_t stride : {1, 2}) {
        for (const PaddingMode padding : {PaddingMode::same, PaddingMode::valid}) {
          KernelCase c = problem("", {1, 8, 3, width}, 3, wide, {1, stride}, padding).forward();
          c.threads = 1;
          EXPECT_LE(run_case(c, c.offer(kernel())), bound) << c.in[0].to_string() << wide << stride;
        }
      }
    }
  }
}

TEST_F(Depthwise, SameBytesFromAnyNumberOfThreads) {
  expect_same_bytes(problem("", {3, 72, 33, 31}, 3, 3), kernel());
  expect_same_bytes(problem("in steps", {2, 100, 61, 57}, 5, 5, {2, 2}), kernel());
}

TEST_F(Depthwise, WhatIsNotFinitePasses) {
  expect_not_finite_passes(problem("", {1, 19, 4, 6}, 3, 3), kernel());
  expect_not_finite_passes(problem("", {1, 19, 9, 9}, 5, 5), kernel());
}

// Taps that meet nothing but padding add nothing, whatever they are.
TEST_F(Depthwise, WeightsThatAreNotFiniteMeetNoPadding) {
  OwnConvRun one(problem("", {1, 8, 5, 6}, 3, 3).forward(), kernel());
  one.at(1, 0) = std::numeric_limits<float>::infinity();  // the upper left tap of the first channel
  const std::vector<float> y = one.run();
  for (std::int64_t k = 0; k < 30; ++k) EXPECT_EQ(std::isfinite(one.result(y, k)), k < 6 || k % 6 == 0) << k;
}

TEST_F(Depthwise, RefusesInWords) {
  const auto reason = [](const ConvProblem& p) { return p.forward().offer(kernel()).refusal; };
  EXPECT_EQ(reason(problem("", {1, 32, 6, 6}, 3, 3)), "");
  EXPECT_EQ(reason(problem("", {1, 32, 6, 6}, 4, 4)), "takes windows 3, 5 or 7 wide, got 4");
  EXPECT_EQ(reason(problem("", {1, 32, 9, 9}, 3, 3, {3, 3})), "takes stride 1 and 2, got 3");
  EXPECT_EQ(reason(problem("", {0, 32, 6, 6}, 3, 3)), "nothing to convolve");
  EXPECT_EQ(reason({"", {1, 32, 6, 6}, {32, 32, 3, 3}}), "takes each channel alone, with one filter");
  EXPECT_EQ(reason({"", {1, 32, 6, 6}, {64, 1, 3, 3}, PaddingMode::same, {}, {1, 1}, 32}),
            "takes each channel alone, with one filter");
  KernelCase wide = problem("", {1, 32, 6, 6}, 3, 3).forward();
  for (Type& type : wide.in) type.dtype = f64;
  EXPECT_EQ(wide.offer(kernel()).refusal, "takes f32, got f64");
}

TEST_F(Depthwise, IsOfferedWhereItWasMeasured) {
  const Kernel* offered = find_kernel("conv", "conv, depthwise");
  ASSERT_NE(offered, nullptr);
  const std::string refusal = problem("", {1, 32, 6, 6}, 3, 3).forward().offer(*offered).refusal;
  EXPECT_EQ(refusal,
            cpu::onednn::has_avx512() ? "is no faster with AVX-512" : std::string());
}

}  // namespace
}  // namespace luge::testing
