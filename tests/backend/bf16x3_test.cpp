// Split products by emulation: the arithmetic is that of AMX, which is not needed here.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "backend/cpu/onednn/bf16x3.h"
#include "backend/cpu/onednn/cost.h"
#include "backend/cpu/onednn/describe.h"
#include "ops/attributes/conv.h"
#include "ops/attributes/matmul.h"
#include "support/kernel_case.h"

namespace luge {
namespace {

using cpu::onednn::Offered;
using testing::find_kernel;
using testing::KernelCase;
using testing::make_op;
using testing::run_case;

// Of Σ|a||b|: what sums of many terms lose on average numbers, and what a sum can lose at most.
constexpr double usual_bound = 2e-6, largest_loss = 3.1 * 0x1p-16;

OpRef matmul(bool transpose_a = false, bool transpose_b = false) {
  return make_op("matmul", MatmulAttributes{transpose_a, transpose_b});
}

class Bf16x3s : public ::testing::Test {
 protected:
  void SetUp() override {
    if (cpu::onednn::describe_library().find("avx512") == std::string::npos)
      GTEST_SKIP() << "oneDNN multiplies bfloat16 from AVX-512 on; this processor has none";
  }
  static void expect_close(const Kernel& kernel, const KernelCase& c, const char* what = "") {
    SCOPED_TRACE(what);
    const Offer offer = c.offer(kernel);
    ASSERT_TRUE(offer.accepted()) << offer.refusal;
    EXPECT_NE(offer.note.find("three bf16 products"), std::string::npos) << offer.note;
    EXPECT_GT(offer.cost, 0);
    EXPECT_LE(run_case(c, offer), usual_bound) << c.op->to_string();
  }
};

TEST_F(Bf16x3s, MatmulInEveryTransposition) {
  const auto kernel = cpu::onednn::bf16x3_matmul(Offered::anywhere);
  for (const std::int64_t k : {256, 784}) {
    for (const int flags : {0, 1, 2, 3}) {
      const bool ta = flags & 1, tb = flags & 2;
      const Type a{f32, ta ? Shape{k, 33} : Shape{33, k}}, b{f32, tb ? Shape{20, k} : Shape{k, 20}};
      expect_close(*kernel, {matmul(ta, tb), {a, b}});
      expect_close(*kernel, {.op = matmul(ta, tb), .in = {a, b, {f32, {20}}}, .post = {{Instruction::relu}}});
    }
  }
}

TEST_F(Bf16x3s, MatmulOverBatches) {
  const auto kernel = cpu::onednn::bf16x3_matmul(Offered::anywhere);
  expect_close(*kernel, {matmul(), {{f32, {3, 9, 256}}, {f32, {3, 256, 7}}}}, "own matrices");
  expect_close(*kernel, {matmul(), {{f32, {3, 9, 256}}, {f32, {256, 7}}}}, "one on the right");
  expect_close(*kernel, {matmul(true), {{f32, {3, 256, 9}}, {f32, {256, 7}}}}, "transposed");
  expect_close(*kernel, {matmul(true, true), {{f32, {2, 3, 256, 9}}, {f32, {2, 3, 7, 256}}}},
               "both transposed");
  expect_close(*kernel,
               {.op = matmul(),
                .in = {{f32, {3, 9, 256}}, {f32, {256, 7}}, {f32, {3, 9, 7}}},
                .post = {{Instruction::add, 2}}},
               "sum behind it");
}

struct Images {
  const char* what;
  Shape x, w;
  ConvAttributes attributes;
};

std::vector<Images> images() {
  const auto window = [](std::int64_t stride, PaddingMode padding, std::int64_t dilation = 1) {
    return ConvAttributes{{stride, stride}, {dilation, dilation}, padding, {}, 1};
  };
  return {{"same", {2, 32, 9, 9}, {48, 32, 3, 3}, window(1, PaddingMode::same)},
          {"odd channels", {2, 33, 7, 8}, {35, 33, 3, 3}, window(1, PaddingMode::same)},
          {"stride", {2, 32, 11, 9}, {32, 32, 3, 3}, window(2, PaddingMode::valid)},
          {"dilation", {1, 32, 12, 12}, {32, 32, 3, 3}, window(1, PaddingMode::valid, 2)},
          {"pointwise", {2, 256, 5, 5}, {256, 256, 1, 1}, window(1, PaddingMode::valid)}};
}

TEST_F(Bf16x3s, ConvolutionAndTheGradientOfItsImage) {
  const auto forward = cpu::onednn::bf16x3_conv(Offered::anywhere),
             backward = cpu::onednn::bf16x3_conv_backward_data(Offered::anywhere);
  for (const Images& p : images()) {
    const OpRef op = make_op("conv", p.attributes);
    const Type x{f32, p.x}, w{f32, p.w}, b{f32, {p.w[0]}}, y = op->infer({x, w})[0];
    expect_close(*forward, {op, {x, w}}, p.what);
    expect_close(*forward, {.op = op, .in = {x, w, b}, .post = {{Instruction::relu}}}, p.what);
    expect_close(*forward, {.op = op, .in = {x, w, b, y}, .post = {{Instruction::add, 3}}}, p.what);
    expect_close(*backward, {make_op("conv_backward_data", p.attributes), {y, w, x}}, p.what);
  }
}

std::vector<float> run(const Offer& offer, const std::vector<float>& a, const std::vector<float>& b,
                       std::size_t count) {
  testing::Memory left(a.size() * 4), right(b.size() * 4), y(count * 4), scratch(offer.scratch + 64);
  std::copy(a.begin(), a.end(), static_cast<float*>(left.data()));
  std::copy(b.begin(), b.end(), static_cast<float*>(right.data()));
  void *in[] = {left.data(), right.data()}, *out[] = {y.data()};
  Status status;
  offer.kernel->run({in, out, scratch.data(), &status});
  const auto* values = static_cast<const float*>(y.data());
  return {values, values + count};
}

// Infinities, NaN and what rounds to infinity: the float32 kernel's very bits.
TEST_F(Bf16x3s, WhatCannotBeSplitIsMultipliedWhole) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  const KernelCase c{matmul(), {{f32, {8, 256}}, {f32, {256, 8}}}};
  const Offer split = c.offer(*cpu::onednn::bf16x3_matmul(Offered::anywhere)),
              whole = c.offer(*find_kernel("matmul", "oneDNN matmul"));
  ASSERT_TRUE(split.accepted()) << split.refusal;
  std::vector<float> a(8 * 256, 0.25f), b(256 * 8, 0.5f);
  EXPECT_EQ(run(split, a, b, 64), run(whole, a, b, 64));  // both are exact here
  const auto same_bits = [&] {
    const std::vector<float> x = run(split, a, b, 64), y = run(whole, a, b, 64);
    return std::equal(x.begin(), x.end(), y.begin(), [](float p, float q) {
      return std::bit_cast<std::uint32_t>(p) == std::bit_cast<std::uint32_t>(q);
    });
  };
  for (const float value : {inf, -inf, std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::max(), -std::numeric_limits<float>::max()}) {
    for (std::size_t at : {std::size_t{0}, std::size_t{777}, a.size() - 1}) {
      for (std::vector<float>* side : {&a, &b}) {
        const float kept = std::exchange((*side)[at], value);
        EXPECT_TRUE(same_bits()) << value << " at " << at;
        (*side)[at] = kept;
      }
    }
  }
}

// Numbers that the halves serve worst: both leave the most behind, and all signs agree.
TEST_F(Bf16x3s, NoSumLosesMoreThanThePagesSay) {
  const KernelCase c{matmul(), {{f32, {1, 256}}, {f32, {256, 1}}}};
  const Offer split = c.offer(*cpu::onednn::bf16x3_matmul(Offered::anywhere));
  ASSERT_TRUE(split.accepted()) << split.refusal;
  double worst = 0;
  for (int bits = 0; bits < 4096; bits += 7) {
    const float x = 1.0f + 0x1p-8f - static_cast<float>(bits) * 0x1p-21f;
    const double wanted = 256.0 * static_cast<double>(x) * static_cast<double>(x);
    const float got = run(split, std::vector<float>(256, x), std::vector<float>(256, x), 1)[0];
    worst = std::max(worst, std::abs(static_cast<double>(got) - wanted) / wanted);
  }
  EXPECT_LE(worst, largest_loss);
  EXPECT_GT(worst, 2e-6);  // so that nobody takes the usual bound for a promise
}

TEST(Bf16x3sOffer, RefusesInWords) {
  const auto kernel = cpu::onednn::bf16x3_matmul(Offered::anywhere);
  const auto refusal = [&](KernelCase c, Math math = Math::fast) {
    c.math = math;
    return c.offer(*kernel).refusal;
  };
  const KernelCase deep{matmul(), {{f32, {8, 256}}, {f32, {256, 8}}}};
  EXPECT_NE(refusal(deep, Math::strict).find("strict"), std::string::npos);
  EXPECT_NE(refusal({matmul(), {{f32, {8, 64}}, {f32, {64, 8}}}}).find("64 terms"), std::string::npos);
  EXPECT_NE(refusal({matmul(), {{bf16, {8, 256}}, {bf16, {256, 8}}}}).find("bf16"), std::string::npos);
}

TEST(Bf16x3sOffer, IsMadeWhereTheProcessorHasAmx) {
  const OpRef conv = make_op("conv", images()[0].attributes),
              data = make_op("conv_backward_data", images()[0].attributes);
  const Type x{f32, images()[0].x}, w{f32, images()[0].w}, y = conv->infer({x, w})[0];
  for (const KernelCase& c : {KernelCase{matmul(), {{f32, {8, 256}}, {f32, {256, 8}}}},
                              KernelCase{conv, {x, w}}, KernelCase{data, {y, w, x}}}) {
    const Kernel* kernel =
        find_kernel(c.op->name(), cpu::onednn::offered_name(c.op->name(), Offered::with_amx));
    ASSERT_NE(kernel, nullptr) << c.op->name();
    const Offer offer = c.offer(*kernel);
    EXPECT_EQ(offer.accepted(), cpu::onednn::has_amx()) << offer.refusal;
    if (!offer.accepted()) {
      EXPECT_NE(offer.refusal.find("AMX"), std::string::npos);
    }
  }
}

TEST(Split, HalvesAddUpToAllButTheSixteenthBit) {
  std::mt19937 engine(5);
  std::uniform_real_distribution<float> mantissa(1, 2);
  std::vector<float> x;
  for (int exponent = -100; exponent <= 126; ++exponent) {
    for (int k = 0; k < 9; ++k) x.push_back(std::ldexp(mantissa(engine), exponent) * (k % 2 ? 1.0f : -1.0f));
  }
  x.insert(x.end(), {0.0f, -0.0f, 1.0f + 0x1p-8f, 1.0f + 0x1p-8f + 0x1p-9f});
  const cpu::bf16x3::Runs runs{1, static_cast<std::int64_t>(x.size())};
  std::vector<bfloat16> parts(3 * x.size());
  ASSERT_TRUE(cpu::bf16x3::pack(runs, cpu::bf16x3::left, x.data(), parts.data(), 1));
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double hi = static_cast<float>(parts[k]), lo = static_cast<float>(parts[x.size() + k]);
    EXPECT_LE(std::abs(x[k] - hi - lo), std::abs(x[k]) * 0x1p-16) << x[k];
    EXPECT_EQ(parts[2 * x.size() + k].bits, parts[k].bits);
    EXPECT_EQ(parts[k].bits, bfloat16(x[k]).bits);
  }
}

TEST(Split, RunsLieBesideTheirPartsForAnyNumberOfThreads) {
  const cpu::bf16x3::Runs runs{7, 37};
  std::vector<float> x(7 * 37);
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = 1.0f / static_cast<float>(k + 3);
  std::vector<bfloat16> one(3 * x.size()), three(3 * x.size());
  ASSERT_TRUE(cpu::bf16x3::pack(runs, cpu::bf16x3::right, x.data(), one.data(), 1));
  ASSERT_TRUE(cpu::bf16x3::pack(runs, cpu::bf16x3::right, x.data(), three.data(), 3));
  for (std::size_t outer = 0; outer < 7; ++outer) {
    for (std::size_t k = 0; k < 37; ++k) {
      const float value = x[outer * 37 + k];
      const bfloat16 hi(value), lo(value - static_cast<float>(hi));
      const bfloat16* run = one.data() + outer * 3 * 37 + k;
      EXPECT_EQ(run[0].bits, hi.bits);
      EXPECT_EQ(run[37].bits, hi.bits);
      EXPECT_EQ(run[74].bits, lo.bits);
    }
  }
  for (std::size_t k = 0; k < one.size(); ++k) ASSERT_EQ(one[k].bits, three[k].bits);
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(),
                          std::numeric_limits<float>::max()}) {
    for (const std::size_t at : {std::size_t{0}, std::size_t{36}, std::size_t{150}, x.size() - 1}) {
      const float kept = std::exchange(x[at], bad);
      EXPECT_FALSE(cpu::bf16x3::pack(runs, cpu::bf16x3::right, x.data(), one.data(), 1));
      EXPECT_FALSE(cpu::bf16x3::pack(runs, cpu::bf16x3::right, x.data(), one.data(), 3));
      x[at] = kept;
    }
  }
}

}  // namespace
}  // namespace luge
