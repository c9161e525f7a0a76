#include <gtest/gtest.h>

#include "backend/cpu/onednn/describe.h"
#include "ops/attributes/matmul.h"
#include "support/kernel_case.h"

namespace luge {
namespace {

using testing::check_candidates;
using testing::find_kernel;
using testing::KernelCase;
using testing::make_op;

// Relative to Σ|a||b|: what float32 sums of a few hundred products lose, and the rounding of bfloat16
// results.
constexpr double f32_bound = 4e-7, bf16_bound = 6e-3;

OpRef matmul(bool transpose_a = false, bool transpose_b = false) {
  return make_op("matmul", MatmulAttributes{transpose_a, transpose_b});
}

void expect_accepted(const KernelCase& c, double bound = f32_bound) {
  EXPECT_EQ(check_candidates(c, bound).size(), 1u) << c.op->to_string() << c.in[0].to_string();
}

TEST(OneDnnMatmul, EveryTransposition) {
  for (const std::int64_t m : {1, 7, 64}) {
    for (const std::int64_t n : {1, 10, 33}) {
      const std::int64_t k = 47;
      for (const int flags : {0, 1, 2, 3}) {
        const bool ta = flags & 1, tb = flags & 2;
        const Shape a = ta ? Shape{k, m} : Shape{m, k}, b = tb ? Shape{n, k} : Shape{k, n};
        expect_accepted({matmul(ta, tb), {{f32, a}, {f32, b}}});
      }
    }
  }
}

TEST(OneDnnMatmul, BatchAxesBroadcast) {
  expect_accepted({matmul(), {{f32, {3, 5, 4}}, {f32, {3, 4, 6}}}});
  expect_accepted({matmul(), {{f32, {3, 5, 4}}, {f32, {4, 6}}}});
  expect_accepted({matmul(true), {{f32, {3, 4, 5}}, {f32, {4, 6}}}});
  expect_accepted({matmul(), {{f32, {5, 4}}, {f32, {3, 4, 6}}}});
  expect_accepted({matmul(false, true), {{f32, {2, 1, 5, 4}}, {f32, {1, 3, 6, 4}}}});
  expect_accepted({matmul(true, true), {{f32, {2, 3, 4, 5}}, {f32, {3, 6, 4}}}});
}

TEST(OneDnnMatmul, BiasAndPostOps) {
  const Type a{f32, {9, 20}}, b{f32, {20, 13}}, bias{f32, {13}}, y{f32, {9, 13}};
  expect_accepted({matmul(), {a, b, bias}});
  for (const Instruction step : {Instruction::relu, Instruction::sigmoid, Instruction::tanh}) {
    expect_accepted({.op = matmul(), .in = {a, b, bias}, .post = {{step}}}, 1e-6);
  }
  expect_accepted({.op = matmul(), .in = {a, b, y}, .post = {{Instruction::add, 2}}});
  expect_accepted(
      {.op = matmul(), .in = {a, b, bias, y}, .post = {{Instruction::add, 3}, {Instruction::relu}}});
  expect_accepted({.op = matmul(), .in = {a, b, bias}, .post = {{Instruction::mul, 2}}});  // [13], broadcast
  const Type deep{f32, {4, 9, 20}};
  expect_accepted(
      {.op = matmul(), .in = {deep, b, bias, {f32, {4, 9, 13}}}, .post = {{Instruction::add, 3}}});
}

// oneDNN multiplies bfloat16 from AVX-512 on; elsewhere the candidate refuses, and says so.
void expect_bf16(const KernelCase& c, double bound = bf16_bound) {
  const bool multiplies = cpu::onednn::describe_library().find("avx512") != std::string::npos;
  EXPECT_EQ(check_candidates(c, bound).size(), multiplies ? 1u : 0u) << c.op->to_string();
}

TEST(OneDnnMatmul, Bfloat16) {
  for (const int flags : {0, 1, 2, 3}) {
    const bool ta = flags & 1, tb = flags & 2;
    const Type a{bf16, ta ? Shape{40, 11} : Shape{11, 40}}, b{bf16, tb ? Shape{17, 40} : Shape{40, 17}};
    expect_bf16({matmul(ta, tb), {a, b}});
    expect_bf16({matmul(ta, tb), {a, b, {f32, {17}}}});  // the bias stays float32
    expect_bf16({.op = matmul(ta, tb), .in = {a, b, {f32, {17}}}, .post = {{Instruction::relu}}});
    const OpRef wide = make_op("matmul", MatmulAttributes{ta, tb, true});
    expect_bf16({wide, {a, b}}, f32_bound);
    expect_bf16({wide, {a, b, {f32, {17}}}}, f32_bound);
  }
  expect_bf16({matmul(), {{bf16, {3, 5, 40}}, {bf16, {3, 40, 6}}}});
}

TEST(OneDnnMatmul, RefusesInWords) {
  const Kernel* kernel = find_kernel("matmul", "oneDNN matmul");
  ASSERT_NE(kernel, nullptr);
  const auto reason = [&](const KernelCase& c) { return c.offer(*kernel).refusal; };
  EXPECT_NE(reason({matmul(), {{f32, {0, 4}}, {f32, {4, 3}}}}).find("no elements"), std::string::npos);
  EXPECT_NE(reason({matmul(), {{f64, {2, 4}}, {f64, {4, 3}}}}).find("f64"), std::string::npos);
  EXPECT_NE(reason({.op = matmul(), .in = {{f32, {2, 4}}, {f32, {4, 3}}}, .post = {{Instruction::erf}}})
                .find("erf"),
            std::string::npos);
  EXPECT_NE(reason({.op = matmul(),
                    .in = {{f32, {4, 9, 20}}, {f32, {20, 13}}, {f32, {4, 1, 13}}},
                    .post = {{Instruction::add, 2}}})
                .find("whole or one number a channel"),
            std::string::npos);
}

TEST(OneDnnMatmul, TheSameQuestionHasTheSameAnswer) {
  const Kernel* kernel = find_kernel("matmul", "oneDNN matmul");
  const KernelCase c{matmul(), {{f32, {5, 4}}, {f32, {4, 3}}}},
      other{matmul(true), {{f32, {4, 5}}, {f32, {4, 3}}}};
  EXPECT_EQ(c.offer(*kernel).kernel, c.offer(*kernel).kernel);
  EXPECT_NE(c.offer(*kernel).kernel, other.offer(*kernel).kernel);
}

}  // namespace
}  // namespace luge
