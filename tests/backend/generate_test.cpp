// What code is generated for and what not. Code is made, but not run: the processor need not have its
// instructions.
#include <gtest/gtest.h>

#include "backend/cpu/fused/jit/code.h"

namespace luge {
namespace {

using namespace cpu::fused::jit;

/// x where it is less than each of `count` numbers, else 0: as many masks are alive at the same time.
Block masks(int count) {
  Block block;
  const int operand = block.operand({.slot = 0, .pitch = 0});
  const int x = block.push({.op = Op::input, .a = operand});
  std::vector<int> masks;
  for (int k = 0; k < count; ++k) {
    const int number = block.push({.op = Op::constant, .bits = static_cast<std::uint32_t>(k)});
    masks.push_back(block.push({.op = Op::compare, .immediate = 17, .a = x, .b = number}));
  }
  int all = masks[0];
  for (int mask : masks) all = block.push({.op = Op::mask_and, .a = all, .b = mask});
  const int kept = block.push({.op = Op::keep, .a = all, .b = x});
  block.outputs.push_back({kept, block.operand({.slot = 1})});
  return block;
}

TEST(Generate, GivesNothingWhereMaskRegistersDoNotSuffice) {
  EXPECT_FALSE(generate(masks(6), Isa::avx512).empty());
  EXPECT_TRUE(generate(masks(7), Isa::avx512).empty());
}

// AVX2 keeps masks in vectors, which go to the frame.
TEST(Generate, GivesNothingWhereTheFrameDoesNotSuffice) {
  EXPECT_FALSE(generate(masks(50), Isa::avx2).empty());
  EXPECT_TRUE(generate(masks(70), Isa::avx2).empty());
}

TEST(Generate, GivesNothingForElementsThatAvx2HasNoMasksFor) {
  for (const BlockOperand& narrow : {BlockOperand{.is_bool = true}, BlockOperand{.is_bf16 = true}}) {
    for (bool written : {false, true}) {
      Block block;
      BlockOperand from = written ? BlockOperand{} : narrow, to = written ? narrow : BlockOperand{};
      from.slot = 0, to.slot = 1;
      int value = block.push({.op = Op::input, .a = block.operand(from)});
      if (from.is_bool)
        value = block.push({.op = Op::keep, .a = value, .b = block.push({.op = Op::constant})});
      if (to.is_bool) value = block.push({.op = Op::compare, .a = value, .b = value});
      block.outputs.push_back({value, block.operand(to)});
      EXPECT_TRUE(generate(block, Isa::avx2).empty());
      EXPECT_FALSE(generate(block, Isa::avx512).empty());
    }
  }
}

TEST(Generate, GivesNothingForMoreOperandsThanTheFrameHasPointers) {
  for (int operands : {64, 65}) {
    for (Isa isa : {Isa::avx2, Isa::avx512}) {
      Block block;
      int sum = -1;
      for (int k = 0; k + 1 < operands; ++k) {
        const int x = block.push({.op = Op::input, .a = block.operand({.slot = k})});
        sum = sum < 0 ? x : block.push({.op = Op::add, .a = sum, .b = x});
      }
      block.outputs.push_back({sum, block.operand({.slot = operands - 1})});
      EXPECT_EQ(generate(block, isa).empty(), operands == 65);
    }
  }
}

// Sums of three reductions take all registers of AVX2: twelve accumulators and a mask.
TEST(Generate, GivesNothingForMoreReductionsThanRegisters) {
  for (int reductions : {2, 3}) {
    Block block;
    const int x = block.push({.op = Op::input, .a = block.operand({.slot = 0})});
    for (int k = 0; k < reductions; ++k) {
      const int operand = block.operand({.kind = BlockOperand::Kind::row, .slot = k + 1, .pitch = 4});
      block.reductions.push_back({TileReduction::sum, x, operand, k});
    }
    EXPECT_EQ(generate(block, Isa::avx2).empty(), reductions == 3);
    EXPECT_FALSE(generate(block, Isa::avx512).empty());
  }
}

}  // namespace
}  // namespace luge
