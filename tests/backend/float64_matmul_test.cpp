// Matrix products in float64 against the reference loop.
#include <gtest/gtest.h>

#include <tuple>

#include "ops/attributes/matmul.h"
#include "support/kernel_case.h"

namespace luge {
namespace {

using testing::find_kernel;
using testing::KernelCase;
using testing::make_op;
using testing::run_case;

constexpr double bound = 1e-14;  // relative to the largest Σ|a||b|

OpRef matmul(bool transpose_a = false, bool transpose_b = false) {
  return make_op("matmul", MatmulAttributes{transpose_a, transpose_b});
}

void expect_taken(KernelCase c) {
  const Kernel* kernel = find_kernel("matmul", "matmul, float64");
  ASSERT_NE(kernel, nullptr);
  for (const int threads : {1, 2, 5}) {
    c.threads = threads;
    const Offer offer = c.offer(*kernel);
    ASSERT_TRUE(offer.accepted()) << offer.refusal;
    EXPECT_LT(run_case(c, offer), bound) << c.op->to_string() << c.in[0].to_string() << threads;
  }
}

TEST(Float64Matmul, EveryEdge) {
  for (const auto& [m, k, n] :
       {std::tuple{1, 1100, 32}, {33, 512, 31}, {257, 130, 1}, {600, 20, 65}, {5, 513, 300}, {70, 1, 900}}) {
    for (const bool ta : {false, true}) {
      for (const bool tb : {false, true}) {
        const Shape a = ta ? Shape{k, m} : Shape{m, k}, b = tb ? Shape{n, k} : Shape{k, n};
        expect_taken({matmul(ta, tb), {{f64, a}, {f64, b}}});
        expect_taken({matmul(ta, tb), {{f64, a}, {f64, b}, {f64, {n}}}});
      }
    }
  }
}

TEST(Float64Matmul, BatchAxesBecomeRows) {
  expect_taken({matmul(false, true), {{f64, {3, 50, 60}}, {f64, {40, 60}}}});
}

TEST(Float64Matmul, RefusesWithReasons) {
  const Kernel* kernel = find_kernel("matmul", "matmul, float64");
  ASSERT_NE(kernel, nullptr);
  const auto refusal = [&](OpRef op, const Type& a, const Type& b) {
    return KernelCase{std::move(op), {a, b}}.offer(*kernel).refusal;
  };
  EXPECT_EQ(refusal(matmul(), {f32, {64, 64}}, {f32, {64, 64}}), "takes f64, got f32");
  EXPECT_EQ(refusal(matmul(), {f64, {8, 8}}, {f64, {8, 8}}), "512 products are few");
  EXPECT_EQ(refusal(matmul(), {f64, {0, 64}}, {f64, {64, 64}}), "0 products are few");
  EXPECT_NE(refusal(matmul(), {f64, {3, 64, 64}}, {f64, {3, 64, 64}}).find("one matrix"), std::string::npos);
  EXPECT_NE(refusal(matmul(true), {f64, {3, 64, 64}}, {f64, {64, 64}}).find("not several"),
            std::string::npos);
}

}  // namespace
}  // namespace luge
