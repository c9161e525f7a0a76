// Winograd's convolutions against the reference loop in float64, in all three directions.
#include <gtest/gtest.h>

#include <cstring>

#include "backend/cpu/conv/winograd_plan.h"
#include "support/conv_problem.h"

namespace luge {
namespace {

using testing::find_kernel;
using testing::KernelCase;
using testing::make_op;
using testing::run_case;

// Relative to the largest Σ|x||w|. A result of few products has the least to lose itself in, so tiny images
// are the worst; ordinary ones stay below 6e-7.
constexpr double bound = 1.2e-6, bound_of_tiny = 3e-6;

struct Problem : testing::ConvProblem {
  double error = bound;
};

std::vector<Problem> problems() {
  return {
      {"whole tiles", {2, 32, 8, 8}, {48, 32, 3, 3}},
      {"cut tiles", {3, 16, 14, 7}, {32, 16, 3, 3}},
      {"filled up channels", {2, 17, 9, 6}, {37, 17, 3, 3}},
      {"no padding", {2, 16, 10, 11}, {16, 16, 3, 3}, PaddingMode::valid},
      {"uneven padding", {1, 16, 7, 8}, {16, 16, 3, 3}, PaddingMode::explicit_, {0, 1, 2, 3}},
      {"full padding", {1, 16, 5, 6}, {16, 16, 3, 3}, PaddingMode::full},
      {"many tiles", {9, 16, 24, 20}, {16, 16, 3, 3}},
      {"many channels, in one block for all threads", {1, 256, 5, 6}, {240, 256, 3, 3}},
      {"one point", {2, 16, 3, 3}, {16, 16, 3, 3}, PaddingMode::valid, {}, {1, 1}, 1, bound_of_tiny},
      {"one row", {2, 16, 1, 9}, {16, 16, 3, 3}, PaddingMode::same, {}, {1, 1}, 1, bound_of_tiny},
  };
}

const Kernel& kernel(std::string_view op) {
  const std::string name = "winograd " + std::string(op == "conv"                 ? "conv"
                                                     : op == "conv_backward_data" ? "conv backward data"
                                                                                  : "conv backward weights");
  const Kernel* found = find_kernel(op, name);
  if (!found) throw std::runtime_error("no candidate " + name);
  return *found;
}

void expect_near(KernelCase c, double error) {
  for (const int threads : {1, 2, 3}) {
    c.threads = threads;
    const Offer offer = c.offer(kernel(c.op->name()));
    ASSERT_TRUE(offer.accepted()) << offer.refusal;
    EXPECT_GT(offer.cost, 0);
    EXPECT_LE(run_case(c, offer), error) << offer.note;
  }
}

class Winograd : public ::testing::Test {
  void SetUp() override {
    if (cpu::conv::winograd_loops().lanes == 0) GTEST_SKIP() << "neither AVX2 nor AVX-512";
  }
};

TEST_F(Winograd, Forward) {
  for (const Problem& p : problems()) {
    SCOPED_TRACE(p.what);
    KernelCase c = p.forward();
    expect_near(c, p.error);
    c.in.push_back({f32, {p.w[0]}});
    expect_near(c, p.error);
  }
}

TEST_F(Winograd, BackwardData) {
  for (const Problem& p : problems()) {
    SCOPED_TRACE(p.what);
    expect_near(p.data(), p.error);
  }
}

TEST_F(Winograd, BackwardWeights) {
  for (const Problem& p : problems()) {
    SCOPED_TRACE(p.what);
    KernelCase c = p.weights();
    expect_near(c, p.error);
    c.out_used = {true, false};
    expect_near(c, p.error);
  }
}

TEST_F(Winograd, AddsAndRectifies) {
  const Problem p{"", {2, 17, 7, 9}, {19, 17, 3, 3}};
  const Type bias{f32, {19}}, sum{f32, p.y()};
  KernelCase c = p.forward();
  c.post = {{Instruction::relu}};
  expect_near(c, bound);
  c.post = {{Instruction::relu, -1, 0.1}};
  expect_near(c, bound);
  c.in = {c.in[0], c.in[1], sum};
  c.post = {{Instruction::add, 2}};
  expect_near(c, bound);
  c.in = {c.in[0], c.in[1], bias, sum};
  c.post = {{Instruction::add, 3}, {Instruction::relu}};
  expect_near(c, bound);
  c.in.push_back({f32, {}});
  c.post = {{Instruction::add, 3}, {Instruction::relu}, {Instruction::minimum, 4}};
  expect_near(c, bound);
  c.in = {c.in[0], c.in[1], {f32, {}}};
  c.post = {{Instruction::minimum, 2}};
  expect_near(c, bound);
}

// Every way of cutting the work gives the same convolution.
TEST_F(Winograd, HoweverItIsCut) {
  const std::int64_t lanes = cpu::conv::winograd_loops().lanes;
  const cpu::conv::WinogradProblem p{3, 9, 7, 9, 7, 1, 1, 3, 5};
  const auto numbers = [](std::int64_t count) {
    std::vector<float> values(static_cast<std::size_t>(count) + 16);
    for (std::size_t k = 0; k < values.size(); ++k) values[k] = static_cast<float>(k * 7 % 31) / 31 - 0.5f;
    return values;
  };
  const auto aligned = [](std::vector<float>& v) {
    return v.data() + (64 - reinterpret_cast<std::uintptr_t>(v.data()) % 64) % 64 / 4;
  };
  std::vector<float> x = numbers(3 * 63 * 3 * lanes), w = numbers(9 * 15 * lanes * lanes),
                     first(static_cast<std::size_t>(3 * 63 * 5 * lanes) + 16);
  const auto run = [&](const cpu::conv::WinogradCut& cut, int threads, std::vector<float>& y) {
    const cpu::conv::WinogradForwardPlan plan(p, false, threads, cut);
    std::vector<float> scratch(plan.scratch() / 4 + 16);
    plan.run(aligned(x), aligned(w), aligned(y), {}, aligned(scratch));
  };
  run({1000, 0, false}, 1, first);
  const float* expected = aligned(first);
  for (const cpu::conv::WinogradCut& cut :
       {cpu::conv::WinogradCut{5, 1, false}, {18, 2, false}, {7, 0, true}, {50, 1, true}}) {
    for (const int threads : {1, 2, 5}) {
      std::vector<float> y(first.size());
      run(cut, threads, y);
      EXPECT_EQ(std::memcmp(aligned(y), expected, static_cast<std::size_t>(3 * 63 * 5 * lanes) * 4), 0)
          << cut.tiles << " tiles, " << threads << " threads";
    }
  }
  // Summed a few channels at a time: other roundings, the same ones for every number of threads and tiles.
  std::vector<float> one(first.size());
  run({50, 1, true, 2}, 1, one);
  const double products = 27.0 / 16 * static_cast<double>(lanes);  // the sum of |x||w| for numbers up to 1/2
  for (std::int64_t k = 0; k < 3 * 63 * 5 * lanes; ++k)
    ASSERT_NEAR(aligned(one)[k], expected[k], bound * products);
  for (const cpu::conv::WinogradCut& cut :
       {cpu::conv::WinogradCut{50, 1, true, 2}, {20, 2, true, 2}, {3, 0, true, 2}}) {
    for (const int threads : {1, 2, 5}) {
      std::vector<float> y(first.size());
      run(cut, threads, y);
      EXPECT_EQ(std::memcmp(aligned(y), aligned(one), static_cast<std::size_t>(3 * 63 * 5 * lanes) * 4), 0)
          << cut.tiles << " tiles, " << threads << " threads";
    }
  }
}

TEST_F(Winograd, RefusesInWords) {
  const auto reason = [](KernelCase c, Math math = Math::fast) {
    c.math = math;
    return c.offer(kernel("conv")).refusal;
  };
  const auto conv = [](Shape x, Shape w, ConvAttributes a) {
    return KernelCase{make_op("conv", a), {{f32, std::move(x)}, {f32, std::move(w)}}};
  };
  const Shape x{2, 32, 8, 8}, w{32, 32, 3, 3};
  const ConvAttributes same{{1, 1}, {1, 1}, PaddingMode::same, {}, 1};
  EXPECT_EQ(reason(conv(x, w, same)), "");
  EXPECT_EQ(reason(conv(x, w, same), Math::strict), "math = strict forbids Winograd");
  EXPECT_EQ(reason(conv(x, {32, 32, 5, 5}, same)), "takes windows of 3x3");
  EXPECT_EQ(reason(conv(x, w, {{1, 2}, {1, 1}, PaddingMode::same, {}, 1})), "takes stride 1, got 2");
  EXPECT_EQ(reason(conv(x, w, {{1, 1}, {2, 1}, PaddingMode::same, {}, 1})), "takes no dilation");
  EXPECT_EQ(reason(conv(x, {32, 16, 3, 3}, {{1, 1}, {1, 1}, PaddingMode::same, {}, 2})), "takes no groups");
  EXPECT_NE(reason(conv({2, 3, 8, 8}, {32, 3, 3, 3}, same)).find("channels on both sides"),
            std::string::npos);
  KernelCase wide = conv(x, w, same);
  for (Type& type : wide.in) type.dtype = f64;
  EXPECT_EQ(reason(wide), "takes f32, got f64");
  KernelCase folded = conv(x, w, same);
  folded.post = {{Instruction::relu}, {Instruction::relu}};
  EXPECT_EQ(reason(folded), "fuses nothing but minimum after relu");
  folded.post = {{Instruction::tanh}};
  EXPECT_EQ(reason(folded), "fuses one addition, relu and minimum, got tanh");
  folded.in.push_back({f32, {32, 1, 1}});
  folded.post = {{Instruction::minimum, 2}};
  EXPECT_EQ(reason(folded), "fuses the minimum with one number of f32, got f32[32,1,1]");
}

}  // namespace
}  // namespace luge
