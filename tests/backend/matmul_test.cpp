// Our own matrix products, against the reference in float64.
#include <gtest/gtest.h>

#include "backend/cpu/matmul/gemm.h"
#include "ops/attributes/matmul.h"
#include "support/kernel_case.h"

namespace luge::testing {
namespace {

constexpr double bound = 4e-7;  // relative to Σ|a||b|

OpRef matmul(bool transpose_a = false, bool transpose_b = false) {
  return make_op("matmul", MatmulAttributes{transpose_a, transpose_b});
}

void expect_taken(const KernelCase& c) {
  if (gemm::loops().tile_rows == 0) GTEST_SKIP() << "needs AVX2 or AVX-512";
  const Kernel* kernel = find_kernel("matmul", "matmul");
  ASSERT_NE(kernel, nullptr);
  const Offer offer = c.offer(*kernel);
  ASSERT_TRUE(offer.accepted()) << offer.refusal;
  EXPECT_LT(run_case(c, offer), bound) << c.op->to_string() << c.in[0].to_string();
}

TEST(Matmul, EveryTranspositionAndEdge) {
  for (const auto& [m, k, n] : {std::tuple{128, 1040, 256}, {139, 515, 293}}) {
    for (const int flags : {0, 1, 2, 3}) {
      const bool ta = flags & 1, tb = flags & 2;
      expect_taken(
          {matmul(ta, tb), {{f32, ta ? Shape{k, m} : Shape{m, k}}, {f32, tb ? Shape{n, k} : Shape{k, n}}}});
    }
  }
}

TEST(Matmul, BatchAxesBecomeRows) {
  expect_taken({matmul(false, true), {{f32, {3, 50, 130}}, {f32, {140, 130}}}});
}

TEST(Matmul, FusesWhatStandsBehindIt) {
  const Type a{f32, {150, 530}}, b{f32, {530, 277}}, bias{f32, {277}}, y{f32, {150, 277}};
  expect_taken({matmul(), {a, b, bias}});
  expect_taken({.op = matmul(), .in = {a, b, bias}, .post = {{Instruction::relu}}});
  expect_taken({.op = matmul(), .in = {a, b, bias, y}, .post = {{Instruction::add, 3}, {Instruction::relu}}});
  expect_taken({.op = matmul(), .in = {a, b, y}, .post = {{Instruction::mul, 2}}});
}

TEST(Matmul, ManyThreadsShareRowsAndColumns) {
  KernelCase c{matmul(), {{f32, {150, 1030}}, {f32, {1030, 410}}}};
  for (const int threads : {1, 3, 40}) {
    c.threads = threads;
    expect_taken(c);
  }
}

TEST(Matmul, LeavesTheRestToOthers) {
  const Kernel* kernel = find_kernel("matmul", "matmul");
  ASSERT_NE(kernel, nullptr);
  const auto refused = [&](const KernelCase& c) { return !c.offer(*kernel).accepted(); };
  EXPECT_TRUE(refused({matmul(), {{f32, {7, 600}}, {f32, {600, 2000}}}}));
  EXPECT_TRUE(refused({matmul(), {{f32, {600, 600}}, {f32, {600, 130}}}}));
  EXPECT_TRUE(refused({matmul(), {{f32, {4, 256, 512}}, {f32, {4, 512, 1024}}}}));
  EXPECT_TRUE(refused({matmul(), {{bf16, {256, 512}}, {bf16, {512, 1024}}}}));
  EXPECT_TRUE(refused(
      {.op = matmul(), .in = {{f32, {256, 512}}, {f32, {512, 1024}}}, .post = {{Instruction::tanh}}}));
}

}  // namespace
}  // namespace luge::testing
