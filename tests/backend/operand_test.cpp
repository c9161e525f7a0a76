// What stands behind a product or a convolution, with operands that broadcast in every way: whatever a
// candidate takes, it means what broadcasting means.
#include <gtest/gtest.h>

#include "backend/cpu/operand.h"
#include "support/kernel_case.h"
#include "support/odd_shapes.h"

namespace luge {
namespace {

using cpu::Reach;
using cpu::reach_of;
using testing::KernelCase;
using testing::make_op;

constexpr double bound = 1e-6, winograd_bound = 3e-6;

TEST(Operand, IsReadFromShapesAlone) {
  const Shape image{4, 5, 7, 7};
  EXPECT_EQ(reach_of({}, image, 1), Reach::number);
  EXPECT_EQ(reach_of({1, 1}, image, 1), Reach::number);
  EXPECT_EQ(reach_of({5, 1, 1}, image, 1), Reach::channel);
  EXPECT_EQ(reach_of({1, 5, 1, 1}, image, 1), Reach::channel);
  EXPECT_EQ(reach_of(image, image, 1), Reach::whole);
  for (const Shape& other : {Shape{7}, {7, 7}, {5, 7, 7}, {4, 1, 1, 1}, {4, 5, 1, 1}, {4, 1, 7, 7}, {7, 1}})
    EXPECT_EQ(reach_of(other, image, 1), Reach::other) << other.to_string();
}

TEST(Operand, OfOnePointIsNotTakenForAnotherAxis) {
  // One number a sample of an image of one channel and place.
  EXPECT_EQ(reach_of({3, 1, 1, 1}, {3, 1, 1, 1}, 1), Reach::whole);
  EXPECT_EQ(reach_of({4, 1, 1, 1}, {4, 33, 1, 1}, 1), Reach::other);
  EXPECT_EQ(reach_of({1, 1, 9, 5}, {3, 1, 9, 5}, 1), Reach::other);
  // As many columns as channels.
  EXPECT_EQ(reach_of({7}, {2, 7, 7, 7}, 1), Reach::other);
  EXPECT_EQ(reach_of({7}, {7, 7}, 1), Reach::channel);
  EXPECT_EQ(reach_of({7, 1}, {7, 7}, 1), Reach::other);
  // Whole and a channel at once.
  EXPECT_EQ(reach_of({1, 5, 1, 1}, {1, 5, 1, 1}, 1), Reach::channel);
}

// All candidates, oneDNN's and our own, with a step of each operand behind them.
void check_operands(const KernelCase& bare, const std::string& text, const std::vector<Shape>& operands) {
  for (const Shape& shape : operands) {
    SCOPED_TRACE(text + " with " + shape.to_string());
    KernelCase c = bare;
    c.in.push_back({f32, shape});
    for (const Instruction step : {Instruction::add, Instruction::mul}) {
      c.post = {{step, static_cast<int>(c.in.size()) - 1}};
      check_candidates(c, bound, winograd_bound);
    }
  }
}

TEST(Operand, BehindAConvolutionMeansWhatBroadcastingMeans) {
  for (const testing::OddConv& p : testing::odd_convs(12)) {
    if (p.x.elements() > 3000) continue;
    check_operands({make_op("conv", p.attributes), {{f32, p.x}, {f32, p.w}}}, p.text(),
                   testing::operands_of(p.y));
  }
}

TEST(Operand, BehindAProductMeansWhatBroadcastingMeans) {
  for (const testing::OddMatmul& p : testing::odd_matmuls(30))
    check_operands({make_op("matmul", p.attributes), {{f32, p.a}, {f32, p.b}}}, p.text(),
                   testing::operands_of(p.c));
  // Large enough for our own.
  check_operands({make_op("matmul", MatmulAttributes{}), {{f32, {128, 128}}, {f32, {128, 512}}}}, "large",
                 {{128, 512}, {512}, {128, 1}, {}});
}

}  // namespace
}  // namespace luge
