// Our own matrix products, against the reference in float64.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "backend/cpu/matmul/product.h"
#include "ops/attributes/matmul.h"
#include "support/each_instruction_set.h"
#include "support/kernel_case.h"

namespace luge::testing {
namespace {

constexpr double bound = 4e-7;  // relative to Σ|a||b|

OpRef matmul(bool transpose_a = false, bool transpose_b = false) {
  return make_op("matmul", MatmulAttributes{transpose_a, transpose_b});
}

void expect_taken(const KernelCase& c) {
  if (!cpu::x64::instruction_set()) GTEST_SKIP() << "needs AVX2 or AVX-512";
  const Kernel* kernel = find_kernel("matmul", "matmul");
  ASSERT_NE(kernel, nullptr);
  const Offer offer = c.offer(*kernel);
  ASSERT_TRUE(offer.accepted()) << offer.refusal;
  EXPECT_LT(run_case(c, offer), bound) << c.op->to_string() << c.in[0].to_string();
}

TEST(Matmul, EveryEdge) {
  for (const auto& [m, k, n] :
       {std::tuple{128, 1040, 256}, {139, 515, 293}, {128, 256, 144}, {131, 259, 129}}) {
    for (const bool tb : {false, true})
      expect_taken({matmul(false, tb), {{f32, {m, k}}, {f32, tb ? Shape{n, k} : Shape{k, n}}}});
  }
}

TEST(Matmul, BatchAxesBecomeRows) {
  expect_taken({matmul(false, true), {{f32, {3, 50, 260}}, {f32, {140, 260}}}});
}

// What is generated for AVX2 runs where AVX-512 is, too.
TEST(Matmul, BothInstructionSets) {
  testing::on_each_instruction_set([] {
    expect_taken({matmul(), {{f32, {150, 530}}, {f32, {530, 277}}, {f32, {277}}}});
    expect_taken({matmul(false, true), {{f32, {150, 530}}, {f32, {192, 530}}}});
    // A left side that lies across, of heights that leave a part of a tile, blocks of one and two, and rows
    // that end where the memory does.
    if (cpu::x64::instruction_set() == cpu::x64::Isa::avx2) {
      for (const auto& [m, k, n] :
           {std::tuple{150, 530, 277}, {193, 129, 144}, {128, 1024, 130}, {49, 700, 63}}) {
        expect_taken({matmul(true), {{f32, {k, m}}, {f32, {k, n}}}});
        expect_taken({matmul(true, true), {{f32, {k, m}}, {f32, {n, k}}}});
      }
    }
  });
}

TEST(Matmul, EveryHeightAndWidthOfATile) {
  const auto isa = cpu::x64::instruction_set();
  if (!isa) GTEST_SKIP() << "needs AVX2 or AVX-512";
  const int lanes = cpu::matmul::lanes(*isa);
  for (int vectors = 1; vectors <= 4; ++vectors) {
    for (int rows = 1; rows <= cpu::matmul::tallest(*isa, vectors); ++rows) {
      for (const int last : {1, lanes - 1, lanes}) {
        const bool across = (rows + vectors) % 2 == 0;  // of A
        const cpu::matmul::TileShape shape{
            .rows = rows,
            .vectors = vectors,
            .a_row = across ? 1 : 11,
            .a_step = across ? rows : 1,
            .b_step = vectors * lanes,
            .width = 80,
            .part = last < lanes,
            .add = true,
            .bias = true,
            .post_ops = {cpu::matmul::TilePostOp::mul, cpu::matmul::TilePostOp::relu}};
        const auto code = cpu::x64::Code::make(cpu::matmul::generate_tile(shape, *isa));
        ASSERT_NE(code, nullptr);
        const std::int64_t depth = 11, columns = (vectors - 1) * lanes + last;
        std::vector<float> a(static_cast<std::size_t>(rows * 11)),
            b(static_cast<std::size_t>((depth + 32) * 64)), c(static_cast<std::size_t>(rows * 80)),
            factor(c.size()), bias(64);
        float next = -3;
        for (auto* list : {&a, &b, &c, &factor, &bias}) {
          for (float& value : *list) value = next = next > 3 ? next - 6.1f : next + 0.37f;
        }
        std::vector<float> expected = c;
        for (int r = 0; r < rows; ++r) {
          for (std::int64_t j = 0; j < columns; ++j) {
            const auto at = static_cast<std::size_t>(r * 80 + j);
            double sum = static_cast<double>(c[at]) + static_cast<double>(bias[static_cast<std::size_t>(j)]);
            for (std::int64_t k = 0; k < depth; ++k) {
              sum += static_cast<double>(a[static_cast<std::size_t>(r * shape.a_row + k * shape.a_step)]) *
                     static_cast<double>(b[static_cast<std::size_t>(k * vectors * lanes + j)]);
            }
            expected[at] = static_cast<float>(std::max(0.0, sum * static_cast<double>(factor[at])));
          }
        }
        cpu::matmul::TileCall call{a.data(),        b.data(),  c.data(),  bias.data(),
                                   {factor.data()}, depth / 4, depth % 4, last};
        code->as<cpu::matmul::TileFunction>()(&call);
        for (std::size_t k = 0; k < c.size(); ++k)
          ASSERT_NEAR(c[k], expected[k], 1e-3) << rows << "x" << vectors;
      }
    }
  }
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

// Threads with columns of their own wait for no other: one may be a block of unequal depth ahead.
TEST(Matmul, ThreadsMayBeABlockApart) {
  KernelCase c{matmul(), {{f32, {150, 770}}, {f32, {770, 277}}}};
  c.threads = 2;
  for (int times = 0; times < 30; ++times) expect_taken(c);
}

TEST(Matmul, LeavesTheRestToOthers) {
  const Kernel* kernel = find_kernel("matmul", "matmul");
  ASSERT_NE(kernel, nullptr);
  const auto refused = [&](const KernelCase& c) { return !c.offer(*kernel).accepted(); };
  EXPECT_TRUE(refused({matmul(), {{f32, {7, 600}}, {f32, {600, 2000}}}}));
  EXPECT_TRUE(refused({matmul(), {{f32, {600, 200}}, {f32, {200, 130}}}}));
  EXPECT_TRUE(refused({matmul(), {{f32, {600, 2048}}, {f32, {2048, 600}}}}));  // rows pages apart
  const bool avx2 = cpu::x64::instruction_set() == cpu::x64::Isa::avx2;
  EXPECT_EQ(refused({matmul(true), {{f32, {600, 500}}, {f32, {600, 1000}}}}), !avx2);
  EXPECT_TRUE(refused({matmul(true), {{f32, {64, 784}}, {f32, {64, 128}}}}));
  EXPECT_TRUE(refused({matmul(true), {{f32, {4, 600, 500}}, {f32, {600, 1000}}}}));
  EXPECT_TRUE(refused({matmul(), {{f32, {4, 256, 512}}, {f32, {4, 512, 1024}}}}));
  EXPECT_TRUE(refused({matmul(), {{bf16, {256, 512}}, {bf16, {512, 1024}}}}));
  EXPECT_TRUE(refused(
      {.op = matmul(), .in = {{f32, {256, 512}}, {f32, {512, 1024}}}, .post = {{Instruction::tanh}}}));
}

}  // namespace
}  // namespace luge::testing
