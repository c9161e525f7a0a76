#include <gtest/gtest.h>

#include "backend/cpu/onednn/api.h"
#include "backend/cpu/onednn/describe.h"
#include "ops/attributes/conv.h"
#include "support/kernel_case.h"

namespace luge {
namespace {

using testing::check_candidates;
using testing::find_kernel;
using testing::KernelCase;
using testing::make_op;

// Relative to the largest Σ|x||w|. Winograd F(4x4, 3x3) loses more: its transforms multiply by up to 8 and
// subtract.
constexpr double direct_bound = 1e-6, winograd_bound = 3e-6, bf16_bound = 1e-2;

struct Problem {
  const char* what;
  Shape x, w;
  ConvAttributes attributes;
  std::size_t at_least = 1;  // candidates that must accept, of winograd, blocked, channels last, plain

  Shape y() const { return make_op("conv", attributes)->infer({{f32, x}, {f32, w}})[0].shape; }
};

ConvAttributes window(std::vector<std::int64_t> stride, PaddingMode padding = PaddingMode::valid,
                      std::vector<std::int64_t> dilation = {}, std::int64_t groups = 1,
                      std::vector<std::int64_t> pads = {}) {
  if (dilation.empty()) dilation.assign(stride.size(), 1);
  return {std::move(stride), std::move(dilation), padding, std::move(pads), groups};
}

std::vector<Problem> problems() {
  constexpr auto same = PaddingMode::same;
  return {
      {"first layer", {2, 1, 12, 12}, {6, 1, 5, 5}, window({1, 1}, same), 3},
      {"color", {2, 3, 11, 9}, {17, 3, 3, 3}, window({1, 1}, same), 3},
      {"second layer of LeNet", {3, 6, 14, 14}, {16, 6, 5, 5}, window({1, 1}), 3},
      {"odd channels", {2, 17, 7, 8}, {19, 17, 3, 3}, window({1, 1}, same), 3},
      {"whole vectors", {2, 32, 9, 9}, {48, 32, 3, 3}, window({1, 1}, same), 3},
      {"stride", {2, 16, 9, 11}, {32, 16, 3, 3}, window({2, 2}, same), 3},
      {"dilation", {1, 16, 12, 13}, {16, 16, 3, 3}, window({1, 1}, PaddingMode::valid, {2, 3}), 2},
      {"asymmetric pads",
       {1, 16, 8, 8},
       {16, 16, 4, 4},
       window({1, 1}, PaddingMode::explicit_, {}, 1, {0, 1, 2, 3}),
       2},
      {"groups", {2, 8, 7, 7}, {12, 4, 3, 3}, window({1, 1}, same, {}, 2), 1},
      {"depthwise", {2, 16, 7, 7}, {16, 1, 3, 3}, window({1, 1}, same, {}, 16), 1},
      {"pointwise", {2, 24, 5, 5}, {40, 24, 1, 1}, window({1, 1}), 3},
      {"one axis", {2, 16, 19}, {32, 16, 3}, window({1}, same), 2},
      {"three axes", {1, 16, 5, 6, 7}, {16, 16, 3, 3, 3}, window({1, 1, 1}, same), 2},
      {"batch 1, one point", {1, 32, 3, 3}, {16, 32, 3, 3}, window({1, 1}), 2},
  };
}

TEST(OneDnnConv, Forward) {
  for (const Problem& p : problems()) {
    SCOPED_TRACE(p.what);
    const OpRef op = make_op("conv", p.attributes);
    const Type x{f32, p.x}, w{f32, p.w}, b{f32, {p.w[0]}};
    EXPECT_GE(check_candidates({op, {x, w}}, direct_bound, winograd_bound).size(), p.at_least);
    check_candidates({op, {x, w, b}}, direct_bound, winograd_bound);
  }
}

TEST(OneDnnConv, BackwardData) {
  for (const Problem& p : problems()) {
    SCOPED_TRACE(p.what);
    const OpRef op = make_op("conv_backward_data", p.attributes);
    const KernelCase c{op, {{f32, p.y()}, {f32, p.w}, {f32, p.x}}};
    EXPECT_GE(check_candidates(c, direct_bound, winograd_bound).size(), 1u);
  }
}

TEST(OneDnnConv, BackwardWeights) {
  for (const Problem& p : problems()) {
    SCOPED_TRACE(p.what);
    const OpRef op = make_op("conv_backward_weights", p.attributes);
    KernelCase c{op, {{f32, p.x}, {f32, p.y()}, {f32, p.w}}};
    EXPECT_GE(check_candidates(c, direct_bound, winograd_bound).size(), 1u);
    c.out_used = {true, false};
    check_candidates(c, direct_bound, winograd_bound);
  }
}

TEST(OneDnnConv, PostOps) {
  const Shape x{2, 17, 7, 8}, w{19, 17, 3, 3}, y{2, 19, 7, 8};
  const OpRef op = make_op("conv", window({1, 1}, PaddingMode::same));
  const Type xt{f32, x}, wt{f32, w}, bt{f32, {19}}, yt{f32, y};
  for (const Instruction step : {Instruction::relu, Instruction::sigmoid, Instruction::tanh}) {
    EXPECT_GE(check_candidates({.op = op, .in = {xt, wt, bt}, .post = {{step}}}, direct_bound, winograd_bound)
                  .size(),
              2u);
  }
  const KernelCase leaky{.op = op, .in = {xt, wt, bt}, .post = {{Instruction::relu, -1, 0.1}}};
  EXPECT_GE(check_candidates(leaky, direct_bound, winograd_bound).size(), 2u);
  const KernelCase residual{
      .op = op, .in = {xt, wt, bt, yt}, .post = {{Instruction::add, 3}, {Instruction::relu}}};
  EXPECT_GE(check_candidates(residual, direct_bound, winograd_bound).size(), 1u);
  const KernelCase channel{.op = op, .in = {xt, wt, {f32, {19, 1, 1}}}, .post = {{Instruction::mul, 2}}};
  EXPECT_GE(check_candidates(channel, direct_bound, winograd_bound).size(), 1u);
}

// oneDNN multiplies bfloat16 from AVX-512 on; elsewhere the candidates refuse, and say so.
bool multiplies_bf16() { return cpu::onednn::describe_library().find("avx512") != std::string::npos; }

void expect_bf16(const char* what, const KernelCase& c, double bound = bf16_bound) {
  SCOPED_TRACE(what);
  const auto accepted = check_candidates(c, bound);
  if (multiplies_bf16()) {
    EXPECT_FALSE(accepted.empty());
  } else {
    EXPECT_TRUE(accepted.empty());
  }
}

TEST(OneDnnConv, Bfloat16InEveryDirection) {
  for (const Problem& p : problems()) {
    const OpRef op = make_op("conv", p.attributes), data = make_op("conv_backward_data", p.attributes),
                weights = make_op("conv_backward_weights", p.attributes);
    const Type x{bf16, p.x}, w{bf16, p.w}, y{bf16, p.y()}, b{f32, {p.w[0]}};
    expect_bf16(p.what, {op, {x, w}});
    expect_bf16(p.what, {op, {x, w, b}});  // the bias stays float32
    expect_bf16(p.what, {data, {y, w, x}});
    expect_bf16(p.what, {weights, {x, y, w}});
    // What leaves the products for good is float32 at once: no rounding but that of the operands.
    expect_bf16(p.what, {data, {y, w, {f32, p.x}}}, direct_bound);
    expect_bf16(p.what, {weights, {x, y, {f32, p.w}}}, direct_bound);
  }
}

TEST(OneDnnConv, Bfloat16PostOps) {
  const Type x{bf16, {2, 32, 7, 8}}, w{bf16, {48, 32, 3, 3}}, y{bf16, {2, 48, 7, 8}}, b{f32, {48}};
  const OpRef op = make_op("conv", window({1, 1}, PaddingMode::same));
  expect_bf16("relu", {.op = op, .in = {x, w, b}, .post = {{Instruction::relu}}});
  expect_bf16("residual",
              {.op = op, .in = {x, w, b, y}, .post = {{Instruction::add, 3}, {Instruction::relu}}});
}

TEST(OneDnnConv, StrictForbidsWinograd) {
  const Kernel* winograd = find_kernel("conv", "oneDNN conv, winograd");
  ASSERT_NE(winograd, nullptr);
  const OpRef op = make_op("conv", window({1, 1}, PaddingMode::same));
  KernelCase c{.op = op, .in = {{f32, {2, 64, 14, 14}}, {f32, {64, 64, 3, 3}}}};
  const Offer fast = c.offer(*winograd);
  if (cpu::onednn::has_winograd) {
    EXPECT_TRUE(fast.accepted() || fast.refusal.find("oneDNN has no") == 0) << fast.refusal;
  } else {
    EXPECT_NE(fast.refusal.find("no Winograd"), std::string::npos);
  }
  c.math = Math::strict;
  const Offer strict = c.offer(*winograd);
  EXPECT_FALSE(strict.accepted());
  if (cpu::onednn::has_winograd) {
    EXPECT_NE(strict.refusal.find("strict"), std::string::npos);
  }
}

TEST(OneDnnConv, RefusesInWords) {
  const auto reason = [](std::string_view name, const KernelCase& c) {
    return c.offer(*find_kernel("conv", name)).refusal;
  };
  const OpRef op = make_op("conv", window({1, 1}));
  EXPECT_NE(
      reason("oneDNN conv, blocked", {op, {{f32, {0, 4, 5, 5}}, {f32, {4, 4, 3, 3}}}}).find("no elements"),
      std::string::npos);
  EXPECT_NE(reason("oneDNN conv, blocked", {op, {{f64, {1, 4, 5, 5}}, {f64, {4, 4, 3, 3}}}}).find("f64"),
            std::string::npos);
  if (cpu::onednn::has_winograd) {
    EXPECT_NE(reason("oneDNN conv, winograd", {op, {{f32, {1, 4, 5, 5}}, {f32, {4, 4, 5, 5}}}}).find("3x3"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace luge
