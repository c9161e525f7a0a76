// What the plan of a tile program holds: registers, and the steps that fill or point them.
#include <gtest/gtest.h>

#include <algorithm>

#include "backend/cpu/fused/jit/code.h"
#include "backend/cpu/fused/plan.h"
#include "support/tile_programs.h"

namespace luge {
namespace {

using namespace testing;
using enum Instruction;

// Registers that point at memory, though no step ever points them.
int count_forgotten(const cpu::fused::Plan& plan) {
  std::vector<bool> pointed(plan.slots.size(), false);
  const auto look = [&](const std::vector<cpu::fused::Step>& steps) {
    for (const cpu::fused::Step& step : steps) {
      for (int slot : slots_written(plan, step)) pointed[static_cast<std::size_t>(slot)] = true;
    }
  };
  for (const auto& steps : plan.kept) look(steps);
  for (const auto& steps : plan.tiles) look(steps);
  for (const auto& reduction : plan.reductions) {
    if (reduction.sums >= 0) pointed[static_cast<std::size_t>(reduction.sums)] = true;
  }
  int forgotten = 0;
  for (std::size_t s = 0; s < plan.slots.size(); ++s) forgotten += plan.slots[s].pointed && !pointed[s];
  return forgotten;
}

// x[r, c] of rows that lie apart, which only generated code reads where it is.
TileProgram rows_apart(Instruction instruction, bool sum) {
  constexpr std::int64_t rows = 4, columns = 24;
  TileProgram program;
  program.extents = {rows, columns};
  program.operands = {{2 * columns, 1}};
  program.lines = {{.instruction = instruction, .dtype = f32, .source = {0, -1, -1}}};
  program.outputs = {{1, {f32, {rows, columns}}, {columns, 1}}};
  if (sum) {
    program.reduced = 3;
    program.lines.push_back({.kind = TileLine::Kind::reduce, .dtype = f32, .source = {1, -1, -1}});
    program.outputs.push_back({2, {f32, Shape{}}, {0, 0}});
  }
  return program;
}

// A step that stays interpreted, or begins the next loop, leaves nothing behind in the plan of the attempt to
// take it into a loop.
TEST(FusedPlan, KeepsNoRegisterOfWhatGeneratedCodeRefused) {
  if (!cpu::fused::jit::instruction_set()) GTEST_SKIP() << "needs AVX2 or AVX-512";
  for (Instruction instruction : {sin, neg}) {  // one of the C library's, one of generated code
    for (bool sum : {false, true}) {
      const TileProgram program = rows_apart(instruction, sum);
      const Inputs inputs(program, {f32}, 1);
      const std::vector<bool> used(program.outputs.size(), true);
      const cpu::fused::Plan plan = cpu::fused::make_plan(program, inputs.types, used);
      EXPECT_EQ(count_forgotten(plan), 0) << describe(program);
    }
  }
}

}  // namespace
}  // namespace luge
