// Generated loops beside the interpreted ones: the same bytes, whatever the program, on every instruction set
// this machine has.
#include <gtest/gtest.h>

#include <algorithm>

#include "backend/cpu/fused/families.h"
#include "backend/cpu/fused/jit/code.h"
#include "backend/cpu/fused/speed/samples.h"
#include "hwy/targets.h"
#include "support/tile_programs.h"

namespace luge {
namespace {

using namespace testing;
using enum Instruction;

class Generated : public ::testing::TestWithParam<std::int64_t> {
 public:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

std::vector<std::int64_t> targets() {
  std::vector<std::int64_t> list;
  for (std::int64_t target : {HWY_AVX3, HWY_AVX2}) {
    if (hwy::SupportedTargets() & target) list.push_back(target);
  }
  return list;
}
std::string target_name(const ::testing::TestParamInfo<std::int64_t>& info) {
  return hwy::TargetName(info.param);
}

void expect_same_bytes(const TileProgram& program, const std::vector<DType>& types, const std::string& what) {
  Inputs inputs(program, types, 17);
  Outputs interpreted;
  {
    const cpu::fused::jit::Disabled disabled;
    interpreted = Prepared(program, inputs, 1).run(inputs, {});
  }
  const Prepared prepared(program, inputs, 1);
  const auto is_one = [](std::int64_t extent) { return extent == 1; };
  if (!std::all_of(program.extents.begin(), program.extents.end(), is_one)) {  // a number is not worth it
    ASSERT_NE(prepared.offer.note.find("generated"), std::string::npos)
        << what << ": " << prepared.offer.note;
  }
  const Outputs generated = prepared.run(inputs, {});
  for (std::size_t k = 0; k < generated.size(); ++k) {
    ASSERT_EQ(generated[k].size(), interpreted[k].size());
    for (std::size_t i = 0; i < generated[k].size(); ++i) {
      ASSERT_EQ(generated[k][i], interpreted[k][i]) << what << " " << describe(program) << ", output " << k
                                                    << ", byte " << i << ", " << prepared.offer.note;
    }
  }
}

TEST_P(Generated, StepsOfTrainingInEverySize) {
  for (std::int64_t columns : {1, 31, 128, 1500}) {
    for (std::int64_t rows : {1, 37}) {
      for (const cpu::fused::Sample& c : cpu::fused::samples(rows * columns, columns)) {
        const bool narrow = c.name.find("bf16") != std::string::npos && GetParam() == HWY_AVX2;
        if (narrow) continue;  // AVX2 has no masks for 16-bit elements: interpreted
        expect_same_bytes(c.program, c.in, c.name);
        if (HasFailure()) return;
      }
    }
  }
}

TEST_P(Generated, EveryInstructionOfFloats) {
  int bodies = 0;
  for (const Instruction instruction : kInstructions) {
    if (!cpu::fused::find_vector(instruction, f32)) continue;  // the same bodies are there to be generated
    ++bodies;
    for (std::int64_t count : {1, 15, 33, 5000}) {
      TileProgram program;
      program.extents = {count};
      program.operands = {{1}, {1}};
      program.lines = {
          {.instruction = instruction, .dtype = f32, .source = {0, arity(instruction) == 2 ? 1 : -1, -1}},
          {.instruction = less, .dtype = boolean, .source = {2, 1, -1}},
          {.instruction = select, .dtype = f32, .source = {3, 2, 1}}};
      program.outputs = {{2, {f32, {count}}, {1}}, {4, {f32, {count}}, {1}}};
      expect_same_bytes(program, {f32, f32}, std::string(name(instruction)));
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(bodies, 25);
}

TEST_P(Generated, MasksInMemoryAndBetweenComparisons) {
  for (std::int64_t count : {1, 9, 16, 100, 3000}) {
    TileProgram program;
    program.extents = {count};
    program.operands = {{1}, {1}, {1}};
    program.lines = {{.instruction = less, .dtype = boolean, .source = {0, 1, -1}},
                     {.instruction = logical_not, .dtype = boolean, .source = {3, -1, -1}},
                     {.instruction = greater_equal, .dtype = boolean, .source = {0, 2, -1}},
                     {.instruction = logical_and, .dtype = boolean, .source = {4, 5, -1}},
                     {.instruction = logical_or, .dtype = boolean, .source = {6, 3, -1}},
                     {.instruction = logical_xor, .dtype = boolean, .source = {7, 5, -1}},
                     {.instruction = cast, .dtype = f32, .source = {8, -1, -1}},
                     {.instruction = add, .dtype = f32, .source = {9, 0, -1}}};
    program.outputs = {{10, {f32, {count}}, {1}}};
    expect_same_bytes(program, {f32, f32, f32}, "masks");
    if (HasFailure()) return;
    program.outputs.push_back({7, {boolean, {count}}, {1}});
    Inputs inputs(program, {f32, f32, f32}, 19);
    expect_equal_to_reference(program, inputs, 0, "masks that are written");
    if (HasFailure()) return;
  }
}

TEST_P(Generated, ReductionsInEverySpace) {
  for (const auto& [extents, reduced] : reduced_spaces()) {
    if (extents[0] == 0) continue;
    for (TileReduction reduction :
         {TileReduction::sum, TileReduction::max, TileReduction::min, TileReduction::prod}) {
      expect_same_bytes(reduction_program(reduction, f32, extents, reduced), {f32}, "reduction");
      if (HasFailure()) return;
    }
    expect_same_bytes(softmax_program(f32, extents, reduced), {f32}, "softmax");
    if (HasFailure()) return;
  }
}

// Chains in bf16: every line is rounded, arrays are read and written as they lie, rows apart and all.
TEST_P(Generated, Bf16IsRoundedAtEveryLine) {
  if (GetParam() == HWY_AVX2) GTEST_SKIP() << "AVX2 has no masks for 16-bit elements: interpreted";
  for (std::int64_t columns : {1, 15, 64, 1000}) {
    TileProgram program;
    program.extents = {9, columns};
    program.operands = {{columns, 1}, {0, 1}, {2 * columns, 1}};
    program.lines = {{.instruction = add, .dtype = bf16, .source = {0, 1, -1}},
                     {.instruction = mul, .dtype = bf16, .source = {3, 2, -1}},
                     {.instruction = exp, .dtype = bf16, .source = {4, -1, -1}},
                     {.instruction = cast, .dtype = f32, .source = {5, -1, -1}},
                     {.instruction = div, .dtype = bf16, .source = {0, 1, -1}}};
    program.outputs = {{4, {bf16, {9, columns}}, {columns, 1}},
                       {6, {f32, {9, columns}}, {columns, 1}},
                       {7, {bf16, {9, columns}}, {columns, 1}}};
    expect_same_bytes(program, {bf16, bf16, bf16}, "bf16");
    if (HasFailure()) return;
  }
}

// More values than registers, and more arrays than general registers.
TEST_P(Generated, LongProgramsKeepWhatDoesNotFit) {
  for (int arrays : {6, 12, 20}) {
    TileProgram program;
    const std::int64_t count = 1000;
    program.extents = {count};
    program.operands.assign(static_cast<std::size_t>(arrays), {1});
    for (int k = 0; k < arrays; ++k)
      program.lines.push_back(
          {.instruction = k % 3 == 0 ? exp : square, .dtype = f32, .source = {k, -1, -1}});
    int sum = arrays;
    for (int k = 1; k < 2 * arrays; ++k) {
      program.lines.push_back(
          {.instruction = k % 2 ? add : mul, .dtype = f32, .source = {sum, k % arrays + arrays, -1}});
      sum = static_cast<int>(program.lines.size()) + arrays - 1;
    }
    program.outputs = {{sum, {f32, {count}}, {1}}, {arrays + 1, {f32, {count}}, {1}}};
    expect_same_bytes(program, std::vector<DType>(static_cast<std::size_t>(arrays), f32), "long");
    if (HasFailure()) return;
  }
}

// The same loop over arrays of any length is the same code, held by whoever runs it.
TEST(GeneratedCode, IsSharedWhileSomebodyHoldsIt) {
  const std::vector<std::uint8_t> leave = {0xC3}, wait = {0x90, 0xC3};
  const auto first = cpu::x64::Code::make(leave);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first, cpu::x64::Code::make(leave));
  EXPECT_NE(first, cpu::x64::Code::make(wait));
  EXPECT_EQ(cpu::x64::Code::make({}), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Fused, Generated, ::testing::ValuesIn(targets()), target_name);

}  // namespace
}  // namespace luge
