// Direct convolutions of few channels against the reference loop in float64.
#include <gtest/gtest.h>

#include "backend/cpu/conv/few_channels.h"
#include "backend/cpu/layout.h"
#include "support/conv_problem.h"

namespace luge {
namespace {

using Problem = testing::ConvProblem;
using testing::find_kernel;
using testing::KernelCase;
using testing::run_case;

constexpr double bound = 5e-7;  // relative to the largest Σ|x||w|

std::vector<Problem> problems() {
  return {
      {"first layer of LeNet", {5, 1, 28, 28}, {6, 1, 5, 5}},
      {"second layer of LeNet", {3, 6, 14, 14}, {16, 6, 5, 5}, PaddingMode::valid},
      {"gray, many filters", {3, 1, 12, 12}, {16, 1, 3, 3}},
      {"color", {2, 3, 11, 19}, {16, 3, 3, 3}},
      {"color, odd", {4, 4, 9, 17}, {7, 4, 5, 5}},
      {"uneven padding", {2, 5, 8, 7}, {13, 5, 3, 3}, PaddingMode::explicit_, {0, 1, 2, 4}},
      {"wide padding", {2, 2, 5, 6}, {3, 2, 5, 5}, PaddingMode::explicit_, {6, 5, 4, 7}},
      {"one point", {2, 3, 5, 5}, {4, 3, 5, 5}, PaddingMode::valid},
      {"one row", {1, 2, 1, 40}, {5, 2, 3, 3}},
  };
}

void expect_near(KernelCase c, std::string_view name) {
  const Kernel* kernel = find_kernel(c.op->name(), name);
  ASSERT_NE(kernel, nullptr) << name;
  for (const int threads : {1, 2, 3}) {
    c.threads = threads;
    const Offer offer = c.offer(*kernel);
    ASSERT_TRUE(offer.accepted()) << offer.refusal;
    EXPECT_GT(offer.cost, 0);
    EXPECT_LE(run_case(c, offer), bound) << offer.note;
  }
}

class FewChannelsConv : public ::testing::Test {
  void SetUp() override {
    if (cpu::conv::few_channels_loops().lanes == 0) GTEST_SKIP() << "neither AVX2 nor AVX-512";
  }
};

LayoutId blocks(const Shape& shape) {
  return cpu::channel_blocks(cpu::conv::few_channels_loops().lanes, {f32, shape});
}

TEST_F(FewChannelsConv, Forward) {
  for (const Problem& p : problems()) {
    SCOPED_TRACE(p.what);
    KernelCase c = p.forward();
    expect_near(c, "conv along rows");
    c.in.push_back({f32, {p.w[0]}});
    c.post = {{Instruction::relu}};
    expect_near(c, "conv along rows");
    c.post = {{Instruction::relu, -1, 0.1}};
    expect_near(c, "conv along rows");
    c.layouts = {blocks(p.x), public_layout, public_layout, public_layout};
    c.in.push_back({f32, p.y()});
    c.post = {{Instruction::add, 3}, {Instruction::relu}};
    expect_near(c, "conv along rows");
    c.in.push_back({f32, {1}});
    c.post.push_back({Instruction::minimum, 4});
    expect_near(c, "conv along rows");
  }
}

TEST_F(FewChannelsConv, BackwardData) {
  for (const Problem& p : problems()) {
    SCOPED_TRACE(p.what);
    KernelCase c = p.data();
    expect_near(c, "conv backward data along rows");
    c.layouts = {blocks(p.y()), public_layout, public_layout};
    expect_near(c, "conv backward data along rows");
  }
}

TEST_F(FewChannelsConv, BackwardWeights) {
  for (const Problem& p : problems()) {
    SCOPED_TRACE(p.what);
    KernelCase c = p.weights();
    for (const std::string_view name :
         {"conv backward weights along rows", "conv backward weights of few channels"}) {
      c.out_used = {};
      expect_near(c, name);
      c.out_used = {true, false};
      expect_near(c, name);
    }
    c.layouts = {blocks(p.x), public_layout, public_layout};
    expect_near(c, "conv backward weights along rows");
  }
}

// A blocked image is read where it lies.
TEST_F(FewChannelsConv, TakesLayoutsAsTheyCome) {
  const Problem p{"", {2, 6, 9, 9}, {12, 6, 3, 3}};
  KernelCase c = p.data();
  const Kernel& kernel = *find_kernel("conv_backward_data", "conv backward data along rows");
  EXPECT_EQ(c.offer(kernel).in_layouts[0], public_layout);
  c.layouts = {blocks(p.y()), public_layout, public_layout};
  EXPECT_EQ(c.offer(kernel).in_layouts[0], blocks(p.y()));
}

TEST_F(FewChannelsConv, RefusesInWords) {
  const auto reason = [](const Problem& p) {
    return p.forward().offer(*find_kernel("conv", "conv along rows")).refusal;
  };
  EXPECT_EQ(reason({"", {1, 3, 9, 9}, {4, 3, 3, 3}}), "");
  EXPECT_EQ(reason({"", {1, 3, 9, 9}, {4, 3, 4, 4}}), "takes windows of 3x3 and 5x5");
  EXPECT_EQ(reason({"", {1, 17, 9, 9}, {4, 17, 3, 3}}), "reads at most 16 channels, got 17");
  EXPECT_EQ(reason({"", {1, 3, 9, 9}, {64, 3, 3, 3}}), "gives at most 16 channels, got 64");
  EXPECT_EQ(reason({"", {1, 3, 400, 400}, {4, 3, 3, 3}}), "an image is larger than a core's cache");
  EXPECT_EQ(reason({"", {0, 3, 9, 9}, {4, 3, 3, 3}}), "nothing to convolve");
  KernelCase c = Problem{"", {1, 3, 9, 9}, {4, 3, 3, 3}}.forward();
  c.in[0].dtype = c.in[1].dtype = f64;
  EXPECT_EQ(c.offer(*find_kernel("conv", "conv along rows")).refusal, "takes f32, got f64");
}

}  // namespace
}  // namespace luge
