// Which inputs a fused step may write over: what the plan says, compared with a walk over all elements, and
// with the bytes that come out when it is done.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "backend/cpu/fused/jit/code.h"
#include "support/plan_walk.h"
#include "support/tile_programs.h"

namespace luge {
namespace {

using namespace testing;
using enum Instruction;

std::vector<Type> types_of(const TileProgram& program, DType dtype) {
  Inputs inputs(program, std::vector<DType>(program.operands.size(), dtype), 1);
  return inputs.types;
}

/// A random program over a small space: operands that are broadcast along any of its axes, a chain of maps
/// and reductions, outputs of all elements, of the kept axes, and repeated along some axis.
class RandomProgram {
 public:
  explicit RandomProgram(unsigned seed, DType dtype) : random_(seed), dtype_(dtype) {
    const int axes = pick(1, 3);
    for (int axis = 0; axis < axes; ++axis) {
      constexpr std::int64_t extents[] = {1, 2, 3, 5, 8, 17};
      program.extents.push_back(extents[pick(0, 5)]);
    }
    if (pick(0, 39) == 0) program.extents = {3, 5000};   // many tiles
    if (pick(0, 99) == 0) program.extents = {20000, 2};  // parts
    if (pick(0, 1)) {
      for (std::size_t axis = 0; axis < program.extents.size(); ++axis) {
        if (program.extents[axis] != 1 && pick(0, 1)) program.reduced |= 1u << axis;
      }
    }
    const int operands = pick(1, 5);
    for (int k = 0; k < operands; ++k) {
      const std::uint32_t axes_of = pick(0, 1) ? whole() : static_cast<std::uint32_t>(pick(0, 7)) & whole();
      program.operands.push_back(strides(axes_of));
      domains_.push_back(axes_of);
    }
    const int lines = pick(1, 10);
    for (int k = 0; k < lines; ++k) add_line();
    const int outputs = pick(1, 4);
    for (int k = 0; k < outputs; ++k) add_output(k == 0 ? last() : pick(operands, last()));
  }
  TileProgram program;

 private:
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  int last() const { return static_cast<int>(domains_.size()) - 1; }
  std::uint32_t whole() const {
    std::uint32_t axes = 0;
    for (std::size_t axis = 0; axis < program.extents.size(); ++axis)
      axes |= (program.extents[axis] != 1 ? 1u : 0u) << axis;
    return axes;
  }
  std::vector<std::int64_t> strides(std::uint32_t axes) const {
    std::vector<std::int64_t> result(program.extents.size(), 0);
    std::int64_t step = 1;
    for (std::size_t axis = result.size(); axis-- > 0;) {
      if (!(axes >> axis & 1)) continue;
      result[axis] = step;
      step *= program.extents[axis];
    }
    return result;
  }
  void add_line() {
    TileLine line;
    line.dtype = dtype_;
    const int a = pick(0, last()), b = pick(0, last());
    line.source[0] = a;
    if (program.reduced != 0 && domains_[static_cast<std::size_t>(a)] == whole() && pick(0, 2) == 0) {
      line.kind = TileLine::Kind::reduce;
      line.reduction = pick(0, 1) ? TileReduction::sum : TileReduction::max;
      domains_.push_back(whole() & ~program.reduced);
    } else if (pick(0, 2) == 0) {
      constexpr Instruction ones[] = {neg, abs, square, relu, tanh};
      line.instruction = ones[pick(0, 4)];
      domains_.push_back(domains_[static_cast<std::size_t>(a)]);
    } else {
      constexpr Instruction twos[] = {add, mul, sub, maximum};
      line.instruction = twos[pick(0, 3)];
      line.source[1] = b;
      domains_.push_back(domains_[static_cast<std::size_t>(a)] | domains_[static_cast<std::size_t>(b)]);
    }
    program.lines.push_back(line);
  }
  // Where it does not vary along a kept axis it may be stored once for all.
  void add_output(int value) {
    const std::uint32_t kept = whole() & ~program.reduced;
    std::uint32_t axes = domains_[static_cast<std::size_t>(value)];
    if (axes & program.reduced) axes = whole();
    if (pick(0, 3) != 0) axes |= kept;
    std::int64_t elements = 1;
    for (std::size_t axis = 0; axis < program.extents.size(); ++axis)
      elements *= axes >> axis & 1 ? program.extents[axis] : 1;
    program.outputs.push_back({value, {dtype_, {elements}}, strides(axes)});
  }

  std::mt19937 random_;
  DType dtype_;
  std::vector<std::uint32_t> domains_;
};

void expect_pairs_hold(const TileProgram& program, DType dtype, const std::string& what) {
  const std::vector<bool> used(program.outputs.size(), true);
  for (cpu::fused::Generate generate : {cpu::fused::Generate::where_possible, cpu::fused::Generate::never}) {
    const cpu::fused::Plan plan = cpu::fused::make_plan(program, types_of(program, dtype), used, generate);
    for (const InPlace& pair : plan.in_place) EXPECT_EQ(error_of(plan, pair), "") << what;
  }
  Inputs inputs(program, std::vector<DType>(program.operands.size(), dtype), 5);
  for (int threads : {1, 3}) {
    const Prepared prepared(program, inputs, threads);
    const Outputs apart = prepared.run(inputs, {});
    for (const InPlace& pair : prepared.offer.in_place) {
      EXPECT_TRUE(apart == prepared.run(inputs, {{pair.input, pair.output}}))
          << what << ": input " << pair.input << " under output " << pair.output << ", "
          << prepared.offer.note;
    }
  }
}

TEST(FusedOverwrite, RandomProgramsOverwriteNothingThatIsReadAgain) {
  int pairs = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const DType dtype = seed % 3 == 0 ? f64 : f32;
    const TileProgram program = RandomProgram(seed, dtype).program;
    expect_pairs_hold(program, dtype, "seed " + std::to_string(seed) + " " + describe(program));
    if (HasFailure()) return;
    pairs += static_cast<int>(cpu::fused::make_plan(program, types_of(program, dtype),
                                                    std::vector<bool>(program.outputs.size(), true))
                                  .in_place.size());
  }
  EXPECT_GT(pairs, 100);  // the rule is not safe by refusing everything
}

// y = x + row and a second output for the row alone: every row of the space reads the row again.
TileProgram with_row_output(std::int64_t rows, std::int64_t columns) {
  TileProgram program;
  program.extents = {rows, columns};
  program.operands = {{columns, 1}, {0, 1}};
  program.lines = {{.instruction = square, .dtype = f32, .source = {1, -1, -1}},
                   {.instruction = add, .dtype = f32, .source = {0, 1, -1}},
                   {.instruction = mul, .dtype = f32, .source = {3, 2, -1}}};
  program.outputs = {{4, {f32, {rows, columns}}, {columns, 1}}, {2, {f32, {columns}}, {0, 1}}};
  return program;
}

TEST(FusedOverwrite, ARowThatIsReadForEveryRowStays) {
  for (std::int64_t rows : {2, 17, 4000}) {
    const TileProgram program = with_row_output(rows, 16);
    const cpu::fused::Plan plan = cpu::fused::make_plan(program, types_of(program, f32), {true, true});
    const auto over_row = [](const InPlace& pair) { return pair.input == 1; };
    EXPECT_TRUE(std::none_of(plan.in_place.begin(), plan.in_place.end(), over_row)) << rows;
    const bool alone = plan.geometry.items == 1;  // else the walk sees why
    EXPECT_TRUE(alone || !error_of(plan, {.input = 1, .output = 1}).empty()) << rows;
    EXPECT_EQ(error_of(plan, {.input = 0, .output = 0}), "") << rows;
  }
}

// b² may lie over a, which is only summed: the sum reads a in the very loop that writes over it.
TEST(FusedOverwrite, WhatIsOnlySummedIsReadBeforeItIsWrittenOver) {
  for (std::int64_t rows : {1, 2, 40}) {
    for (std::int64_t columns : {1, 7, 16, 100, 300}) {
      for (std::uint32_t reduced : {1u, 2u}) {
        TileProgram program;
        program.extents = {rows, columns};
        program.reduced = reduced;
        program.operands = {{columns, 1}, {columns, 1}};
        program.lines = {{.instruction = square, .dtype = f32, .source = {1, -1, -1}},
                         {.kind = TileLine::Kind::reduce, .dtype = f32, .source = {0, -1, -1}}};
        const bool down = reduced == 1;
        program.outputs = {
            {2, {f32, {rows, columns}}, {columns, 1}},
            {3, {f32, {down ? columns : rows}}, {down ? 0 : 1, down ? 1 : 0}},
        };
        expect_pairs_hold(program, f32, describe(program));
      }
    }
  }
}

}  // namespace
}  // namespace luge
