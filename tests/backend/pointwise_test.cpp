// Our own convolutions by windows of one point, against the reference in float64.
#include <gtest/gtest.h>

#include "backend/cpu/conv/candidates.h"
#include "backend/cpu/onednn/cost.h"
#include "backend/cpu/x64/code.h"
#include "support/own_conv.h"

namespace luge::testing {
namespace {

constexpr double bound = 4e-7;  // relative to the largest Σ|x||w|

const Kernel& kernel() {
  static const cpu::conv::Candidate found = cpu::conv::pointwise_conv(cpu::conv::Where::anywhere);
  return *found;
}

ConvProblem problem(const char* what, Shape x, std::int64_t filters,
                    std::vector<std::int64_t> stride = {1, 1}) {
  const std::int64_t channels = x[1];
  return {what, std::move(x), {filters, channels, 1, 1}, PaddingMode::valid, {}, std::move(stride)};
}

class Pointwise : public ::testing::Test {
  void SetUp() override {
    if (!cpu::x64::instruction_set()) GTEST_SKIP() << "needs AVX2 or AVX-512";
  }
};

TEST_F(Pointwise, Forward) {
  on_each_instruction_set([] {
    for (const ConvProblem& p : {
             problem("whole blocks", {1, 32, 6, 6}, 64),
             problem("one block on both sides", {2, 16, 5, 7}, 16),
             problem("three blocks of filters", {1, 32, 7, 7}, 48),
             problem("filled up channels", {2, 19, 7, 5}, 37),
             problem("one point", {3, 40, 1, 1}, 56),
             problem("one row", {1, 24, 1, 23}, 33),
             problem("many channels in cuts", {1, 1100, 3, 5}, 40),
             problem("many images in chunks", {4, 512, 7, 7}, 24),
         }) {
      SCOPED_TRACE(p.what);
      expect_post_ops(p, kernel(), bound);
    }
  });
}

TEST_F(Pointwise, BackwardData) {
  const cpu::conv::Candidate data = cpu::conv::pointwise_conv_backward_data(cpu::conv::Where::anywhere);
  on_each_instruction_set([&] {
    for (const ConvProblem& p : {
             problem("whole blocks", {2, 32, 6, 6}, 64),
             problem("filled up channels", {1, 19, 7, 5}, 37),
             problem("many filters in cuts", {1, 24, 3, 5}, 1100),
         }) {
      SCOPED_TRACE(p.what);
      expect_near(p.data(), *data, bound);
    }
    KernelCase c = problem("", {1, 32, 6, 6}, 32).data();
    c.post = {{Instruction::relu}};
    EXPECT_EQ(c.offer(*data).refusal, "fuses nothing");
  });
}

TEST_F(Pointwise, EveryNumberOfPointsAndBlocks) {
  on_each_instruction_set([] {
    for (std::int64_t points = 1; points <= 31; ++points) {
      for (const std::int64_t filters : {16, 32, 41, 80}) {
        KernelCase c = problem("", {1, 16, 1, points}, filters).forward();
        SCOPED_TRACE(c.in[0].to_string());
        c.threads = 1;
        const Offer offer = c.offer(kernel());
        ASSERT_TRUE(offer.accepted()) << offer.refusal;
        EXPECT_LE(run_case(c, offer), bound);
      }
    }
  });
}

TEST_F(Pointwise, SameBytesFromAnyNumberOfThreads) {
  on_each_instruction_set([] {
    expect_same_bytes(problem("", {3, 330, 15, 14}, 72), kernel());
    expect_same_bytes(problem("many filters", {1, 330, 7, 7}, 720), kernel());
  });
}

TEST_F(Pointwise, WhatIsNotFinitePasses) {
  on_each_instruction_set([] {
    expect_not_finite_passes(problem("", {1, 21, 3, 5}, 19), kernel());
    expect_not_finite_passes(problem("in cuts", {1, 600, 2, 2}, 17), kernel());
  });
}

TEST_F(Pointwise, RefusesInWords) {
  const auto reason = [](const ConvProblem& p) { return p.forward().offer(kernel()).refusal; };
  const ConvProblem p = problem("", {1, 32, 6, 6}, 32);
  EXPECT_EQ(reason(p), "");
  EXPECT_EQ(reason({"", {1, 32, 6, 6}, {32, 32, 3, 3}}), "takes windows of 1x1");
  EXPECT_EQ(reason(problem("", {1, 32, 6, 6}, 32, {2, 2})), "takes stride 1, got 2");
  EXPECT_EQ(reason({"", {1, 32, 6, 6}, {32, 16, 1, 1}, PaddingMode::valid, {}, {1, 1}, 2}),
            "takes no groups");
  EXPECT_EQ(reason({"", {1, 32, 6, 6}, {32, 32, 1, 1}, PaddingMode::explicit_, {1, 0, 0, 0}}),
            "takes no padding");
  EXPECT_EQ(reason({"", {1, 32, 6, 6}, {32, 32, 1, 1}, PaddingMode::explicit_, {0, 0, 1, 0}}),
            "takes no padding");
  EXPECT_EQ(reason({"", {0, 32, 6, 6}, {32, 32, 1, 1}}), "nothing to convolve");
  EXPECT_NE(reason(problem("", {1, 3, 6, 6}, 32)).find("channels on both sides"), std::string::npos);
  KernelCase wide = p.forward();
  for (Type& type : wide.in) type.dtype = f64;
  EXPECT_EQ(wide.offer(kernel()).refusal, "takes f32, got f64");
  KernelCase tanh = p.forward();
  tanh.post = {{Instruction::tanh}};
  EXPECT_EQ(tanh.offer(kernel()).refusal, "fuses one addition, relu and minimum, got tanh");
}

TEST_F(Pointwise, IsOfferedWhereItWasMeasured) {
  const Kernel* offered = find_kernel("conv", "conv, pointwise");
  ASSERT_NE(offered, nullptr);
  const std::string refusal = problem("", {1, 32, 6, 6}, 32).forward().offer(*offered).refusal;
  EXPECT_EQ(refusal,
            cpu::onednn::has_avx512() ? "is no faster with AVX-512" : std::string());
}

}  // namespace
}  // namespace luge::testing
