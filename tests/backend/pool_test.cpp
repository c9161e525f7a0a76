#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "backend/cpu/onednn/cost.h"
#include "backend/cpu/onednn/describe.h"
#include "backend/cpu/onednn/layout.h"
#include "ops/attributes/pool.h"
#include "support/kernel_case.h"

namespace luge {
namespace {

using cpu::onednn::Tag;
using testing::check_candidates;
using testing::find_kernel;
using testing::KernelCase;
using testing::make_op;

constexpr double bound = 4e-7, bf16_bound = 4e-3;

struct Problem {
  const char* what;
  Shape x;
  PoolAttributes attributes;
  bool mean = true;  // oneDNN averages it
};

PoolAttributes window(std::vector<std::int64_t> kernel, std::vector<std::int64_t> stride,
                      PaddingMode padding = PaddingMode::valid, std::vector<std::int64_t> pads = {},
                      bool ceil = false) {
  const std::vector<std::int64_t> dense(kernel.size(), 1);
  return {std::move(kernel), std::move(stride), dense, padding, std::move(pads), ceil, false};
}

std::vector<Problem> problems() {
  PoolAttributes dilated = window({3, 3}, {1, 1});
  dilated.dilation = {2, 2};
  return {
      {"halves", {2, 6, 8, 8}, window({2, 2}, {2, 2})},
      {"odd", {2, 17, 7, 9}, window({2, 2}, {2, 2})},
      {"overlapping", {2, 16, 9, 9}, window({3, 3}, {2, 2})},
      {"padded", {1, 3, 8, 8}, window({3, 3}, {2, 2}, PaddingMode::explicit_, {1, 1, 1, 1})},
      {"asymmetric", {1, 16, 7, 8}, window({3, 2}, {2, 1}, PaddingMode::explicit_, {0, 1, 2, 0})},
      {"same", {2, 5, 7, 7}, window({3, 3}, {2, 2}, PaddingMode::same)},
      {"rounded up", {2, 5, 8, 8}, window({3, 3}, {2, 2}, PaddingMode::valid, {}, true)},
      {"dilated", {1, 16, 9, 9}, dilated, false},
      {"one axis", {2, 7, 12}, window({3}, {3})},
      {"three axes", {1, 4, 4, 6, 6}, window({2, 2, 2}, {2, 2, 2})},
      {"16x15 points", {1, 2, 20, 20}, window({16, 15}, {2, 2})},
      {"17x16 points", {1, 2, 20, 20}, window({17, 16}, {1, 3})},
      {"gaps", {2, 16, 11, 11}, window({2, 2}, {3, 3})},
      {"long rows", {1, 2, 4, 41}, window({3, 3}, {1, 1}, PaddingMode::same)},
  };
}

// Each problem in the public layout, channels last and blocked by 16.
std::vector<LayoutId> layouts(const Shape& x) {
  std::vector<LayoutId> result{public_layout};
  if (x.rank() != 4) return result;
  // The blocks that oneDNN itself makes on this processor.
  for (const Tag tag : {Tag::acdb, cpu::onednn::has_avx512() ? Tag::aBcd16b : Tag::aBcd8b}) {
    result.push_back(
        *cpu::onednn::layout_of({cpu::onednn::dims_of(x), cpu::onednn::memory::data_type::f32, tag}));
  }
  return result;
}

TEST(Pool, MaxWithPositions) {
  for (const Problem& p : problems()) {
    for (const LayoutId layout : layouts(p.x)) {
      for (const bool ties : {false, true}) {
        SCOPED_TRACE(std::string(p.what) + " " + cpu::layout_name(layout));
        KernelCase c{
            .op = make_op("max_pool", p.attributes), .in = {{f32, p.x}}, .layouts = {layout}, .ties = ties};
        EXPECT_EQ(check_candidates(c, 0).size(), 1u);
        c.out_used = {true, false};
        check_candidates(c, 0);
      }
    }
  }
}

TEST(Pool, MaxBackward) {
  for (const Problem& p : problems()) {
    const OpRef forward = make_op("max_pool", p.attributes);
    const Types y = forward->infer({{f32, p.x}});
    for (const LayoutId layout : layouts(p.x)) {
      SCOPED_TRACE(std::string(p.what) + " " + cpu::layout_name(layout));
      const KernelCase c{.op = make_op("max_pool_backward", p.attributes),
                         .in = {y[0], y[1], {f32, p.x}},
                         .layouts = {layout, layout, public_layout},
                         .computed = 1,
                         .computed_by = forward};
      EXPECT_EQ(check_candidates(c, bound).size(), 1u);
    }
  }
}

// Maxima are elements of the image and keep all their bits; gradients are summed before they are rounded.
TEST(Pool, MaxInBfloat16) {
  for (const Problem& p : problems()) {
    const OpRef forward = make_op("max_pool", p.attributes);
    const Types y = forward->infer({{bf16, p.x}});
    for (const LayoutId layout : layouts(p.x)) {
      SCOPED_TRACE(std::string(p.what) + " " + cpu::layout_name(layout));
      for (const bool ties : {false, true}) {
        EXPECT_EQ(check_candidates({.op = forward, .in = {{bf16, p.x}}, .layouts = {layout}, .ties = ties}, 0)
                      .size(),
                  1u);
      }
      const KernelCase back{.op = make_op("max_pool_backward", p.attributes),
                            .in = {y[0], y[1], {bf16, p.x}},
                            .layouts = {layout, layout, public_layout},
                            .computed = 1,
                            .computed_by = forward};
      EXPECT_EQ(check_candidates(back, bf16_bound).size(), 1u);
    }
  }
}

TEST(Pool, MeanInBfloat16) {
  const bool known = cpu::onednn::describe_library().find("avx512") != std::string::npos;
  const Problem p{"halves", {2, 16, 8, 8}, window({2, 2}, {2, 2})};
  const OpRef op = make_op("avg_pool", p.attributes), back = make_op("avg_pool_backward", p.attributes);
  const Type x{bf16, p.x}, y = op->infer({x})[0];
  for (const LayoutId layout : layouts(p.x)) {
    EXPECT_EQ(check_candidates({.op = op, .in = {x}, .layouts = {layout}}, bf16_bound).size(), known);
    EXPECT_EQ(
        check_candidates({.op = back, .in = {y, x}, .layouts = {layout, public_layout}}, bf16_bound).size(),
        known);
  }
}

TEST(Pool, MeanBothWays) {
  for (Problem p : problems()) {
    for (const bool include_pad : {false, true}) {
      p.attributes.count_include_pad = include_pad;
      const OpRef op = make_op("avg_pool", p.attributes), back = make_op("avg_pool_backward", p.attributes);
      const Type y = op->infer({{f32, p.x}})[0];
      for (const LayoutId layout : layouts(p.x)) {
        SCOPED_TRACE(std::string(p.what) + " " + cpu::layout_name(layout) +
                     (include_pad ? " whole" : " inside"));
        const bool expected = p.mean && !(include_pad && p.attributes.ceil_mode);
        EXPECT_EQ(check_candidates({.op = op, .in = {{f32, p.x}}, .layouts = {layout}}, bound).size(),
                  expected);
        EXPECT_EQ(
            check_candidates({.op = back, .in = {y, {f32, p.x}}, .layouts = {layout, public_layout}}, bound)
                .size(),
            expected);
      }
    }
  }
}

TEST(Pool, RefusesInWords) {
  for (const char* op : {"max_pool", "avg_pool"}) {
    const auto reason = [&](DType dtype, const Shape& x) {
      const KernelCase c{.op = make_op(op, window({2, 2}, {2, 2})), .in = {{dtype, x}}};
      return c.offer(*cpu_backend().candidates(op).front()).refusal;
    };
    EXPECT_NE(reason(f64, {1, 1, 4, 4}).find("f64"), std::string::npos);
    EXPECT_NE(reason(f32, {0, 1, 4, 4}).find("no elements"), std::string::npos);
    EXPECT_EQ(reason(f32, {1, 1, 4, 4}), "");
  }
}

// A maximum that drops NaN would let a diverged network look healthy.
TEST(Pool, MaxKeepsNanAndInfinities) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  const float rows[2][10] = {{nan, 1, 1, nan, -inf, -inf, 1, 2, inf, 0},
                             {2, 3, 2, 3, -inf, -inf, 3, nan, 4, 5}};
  const float maxima[5] = {nan, nan, -inf, nan, inf};
  const std::uint8_t expected[5] = {0, 1, 0, 3, 0};
  const KernelCase c{.op = make_op("max_pool", window({2, 2}, {2, 2})), .in = {{f32, {1, 1, 2, 10}}}};
  const Offer offer = c.offer(*find_kernel("max_pool", "max pool"));
  ASSERT_TRUE(offer.accepted()) << offer.refusal;
  float x[20 + 16], y[5];
  std::copy_n(&rows[0][0], 20, x);
  std::uint8_t positions[5];
  void *in[] = {x}, *out[] = {y, positions};
  Status status;
  offer.kernel->run({in, out, nullptr, &status});
  for (int k = 0; k < 5; ++k) {
    EXPECT_TRUE(y[k] == maxima[k] || (std::isnan(y[k]) && std::isnan(maxima[k]))) << k << ": " << y[k];
    EXPECT_EQ(positions[k], expected[k]) << k;
  }
}

}  // namespace
}  // namespace luge
