// Tile programs on every instruction set this machine has, against the scalar interpreter.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "backend/backend.h"
#include "backend/reference/instructions.h"
#include "hwy/targets.h"
#include "ops/attributes/fused.h"
#include "support/tile_programs.h"

namespace luge {
namespace {

using namespace testing;
using enum Instruction;

// Every instruction of a dtype that its operands allow.
bool allows(Instruction instruction, DType dtype) {
  const InstructionFamily family = row(instruction).family;
  if (family == InstructionFamily::random || instruction == cast) return false;
  if (dtype == boolean)
    return family == InstructionFamily::copying || family == InstructionFamily::comparison ||
           family == InstructionFamily::logic;
  return is_floating(dtype) || family != InstructionFamily::function;
}

// One instruction over operands that are contiguous, broadcast or strided.
enum class Form { dense, scalar_operand, row_operand, column_operand, strided };

TileProgram one_instruction(Instruction instruction, DType dtype, Form form, std::int64_t rows,
                            std::int64_t columns) {
  TileProgram program;
  program.extents = {rows, columns};
  TileLine line;
  line.instruction = instruction;
  line.dtype = gives_truth(instruction) ? boolean : dtype;
  for (int k = 0; k < arity(instruction); ++k) {
    std::vector<std::int64_t> strides = {columns, 1};
    if (k == arity(instruction) - 1) {
      if (form == Form::scalar_operand) strides = {0, 0};
      if (form == Form::row_operand) strides = {0, 1};
      if (form == Form::column_operand) strides = {1, 0};
      if (form == Form::strided) strides = {1, rows};
    }
    program.operands.push_back(strides);
    line.source[static_cast<std::size_t>(k)] = k;
  }
  program.lines.push_back(line);
  program.outputs.push_back({arity(instruction), {line.dtype, {rows, columns}}, {columns, 1}});
  return program;
}

class EveryTarget : public ::testing::TestWithParam<std::int64_t> {
 public:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

std::vector<std::int64_t> targets() {
  std::vector<std::int64_t> list;
  for (std::int64_t left = hwy::SupportedTargets() & (HWY_AVX3 | HWY_AVX2 | HWY_STATIC_TARGET); left;
       left &= left - 1) {
    list.push_back(left & -left);
  }
  return list;
}
std::string target_name(const ::testing::TestParamInfo<std::int64_t>& info) {
  return hwy::TargetName(info.param);
}

TEST_P(EveryTarget, EveryInstructionInEveryDtypeAndForm) {
  for (DType dtype : {f32, f64, bf16, f16, i8, u8, i16, i32, i64, boolean}) {
    for (const Instruction instruction : kInstructions) {
      if (!allows(instruction, dtype)) continue;
      for (Form form :
           {Form::dense, Form::scalar_operand, Form::row_operand, Form::column_operand, Form::strided}) {
        for (auto [rows, columns] : {std::pair{1, 0}, {1, 1}, {1, 3}, {3, 17}, {1, 1000}}) {
          if (columns == 1000 && form != Form::dense) continue;
          TileProgram program = one_instruction(instruction, dtype, form, rows, columns);
          Inputs inputs(program, operand_types(program, instruction, dtype), 1);
          expect_equal_to_reference(program, inputs, tolerance_of(instruction, dtype),
                                    std::string(name(instruction)) + " " + std::string(name(dtype)));
          if (HasFailure()) return;
        }
      }
    }
  }
}

TEST_P(EveryTarget, EveryCast) {
  const DType all[] = {f32, f64, bf16, f16, i8, u8, i16, i32, i64, boolean};
  for (DType from : all) {
    for (DType to : all) {
      for (std::int64_t count : {1, 17, 1000}) {
        TileProgram program;
        program.extents = {count};
        program.operands = {{1}};
        program.lines = {{.instruction = cast, .dtype = to, .source = {0, -1, -1}}};
        program.outputs = {{1, {to, {count}}, {1}}};
        Inputs inputs(program, {from}, 3);
        expect_equal_to_reference(program, inputs, 0,
                                  std::string(name(from)) + " to " + std::string(name(to)));
      }
    }
  }
}

TEST_P(EveryTarget, RandomNumbersAreThoseOfTheirIndex) {
  for (DType dtype : {f32, f64, bf16, f16}) {
    for (auto extents : {std::vector<std::int64_t>{5000}, {3, 7}, {11, 1030}, {5, 3, 17}}) {
      TileProgram program = random_program(dtype, extents);
      Inputs inputs(program, {i64, dtype}, 5);
      expect_equal_to_reference(program, inputs, 0, std::string(name(dtype)));
    }
  }
}

TEST_P(EveryTarget, Reductions) {
  for (DType dtype : {f32, f64, bf16, i8, u8, i32, i64}) {
    for (TileReduction reduction :
         {TileReduction::sum, TileReduction::prod, TileReduction::max, TileReduction::min}) {
      for (const auto& [extents, reduced] : reduced_spaces()) {
        TileProgram program = reduction_program(reduction, dtype, extents, reduced);
        Inputs inputs(program, {dtype}, 7);
        if (inputs.memory[0].size() > 100000 && dtype != f32) continue;  // the long ways are the same ones
        inputs.make_positive(0);                                         // nothing cancels
        const double tolerance = !is_floating(dtype) ? 0 : dtype == f64 ? 1e-13 : dtype == f32 ? 1e-5 : 1e-2;
        expect_equal_to_reference(program, inputs, tolerance, describe(program));
        if (HasFailure()) return;
      }
    }
  }
}

TEST_P(EveryTarget, SoftmaxAlongEveryAxis) {
  for (DType dtype : {f32, f64}) {
    for (const auto& [extents, reduced] : reduced_spaces()) {
      TileProgram program = softmax_program(dtype, extents, reduced);
      Inputs inputs(program, {dtype}, 9);
      expect_equal_to_reference(program, inputs, dtype == f64 ? 1e-13 : 2e-6, describe(program));
      if (HasFailure()) return;
    }
  }
}

TEST_P(EveryTarget, AdamWritesItsThreeStatesInPlace) {
  for (std::int64_t count : {1, 17, 1000, 100000}) {
    TileProgram program = adam_program(count);
    Inputs inputs(program, std::vector<DType>(8, f32), 11);
    inputs.make_positive(2);
    expect_equal_to_reference(program, inputs, 1e-5, "adam");
    Prepared prepared(program, inputs, 2);
    std::vector<std::pair<int, int>> pairs;
    for (const InPlace& pair : prepared.offer.in_place) pairs.emplace_back(pair.input, pair.output);
    for (int k = 0; k < 3; ++k) {
      EXPECT_NE(std::find(pairs.begin(), pairs.end(), std::pair(k, k)), pairs.end()) << k;
    }
    const Outputs apart = prepared.run(inputs, {});
    EXPECT_EQ(apart, prepared.run(inputs, {{0, 0}, {1, 1}, {2, 2}}));
  }
}

TEST_P(EveryTarget, ThreadsDoNotChangeABit) {
  std::vector<TileProgram> programs = {adam_program(300000),
                                       reduction_program(TileReduction::sum, f32, {1000000}, 1),
                                       reduction_program(TileReduction::sum, f32, {3000, 200}, 1),
                                       reduction_program(TileReduction::sum, f32, {40, 8, 500}, 5),
                                       softmax_program(f32, {2000, 100}, 2),
                                       softmax_program(f32, {4, 100000}, 2)};
  for (const TileProgram& program : programs) {
    Inputs inputs(program, std::vector<DType>(program.operands.size(), f32), 13);
    const Outputs one = Prepared(program, inputs, 1).run(inputs, {});
    EXPECT_EQ(one, Prepared(program, inputs, 2).run(inputs, {})) << describe(program);
    EXPECT_EQ(one, Prepared(program, inputs, 3).run(inputs, {})) << describe(program);
  }
}

TEST_P(EveryTarget, EveryPairInPlaceGivesTheSameBytes) {
  for (TileProgram program :
       {swap_program(1000), softmax_program(f32, {50, 30}, 2), softmax_program(f32, {3, 5000}, 2)}) {
    Inputs inputs(program, std::vector<DType>(program.operands.size(), f32), 15);
    Prepared prepared(program, inputs, 1);
    const Outputs apart = prepared.run(inputs, {});
    for (const InPlace& pair : prepared.offer.in_place) {
      EXPECT_EQ(apart, prepared.run(inputs, {{pair.input, pair.output}}))
          << pair.input << " to " << pair.output;
    }
  }
}

// The distance between a result and the true value, in units of the last place of a float.
double ulps(float have, double want) {
  if (std::isnan(want)) return std::isnan(have) ? 0 : 1e9;
  if (std::isinf(static_cast<float>(want))) return have == static_cast<float>(want) ? 0 : 1e9;
  const double size = std::max(std::abs(want), 0x1p-126);
  return std::abs(have - want) / std::exp2(std::floor(std::log2(size)) - 23);
}

TEST_P(EveryTarget, ElementaryFunctionsStayWithinTheirBounds) {
  struct Row {
    Instruction instruction;
    double bound;
  };
  std::vector<float> x;
  for (std::uint64_t bits = 0; bits < 0x100000000ull; bits += 20011) {
    x.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }
  for (float edge :
       {0.0f, -0.0f, 1.0f, -1.0f, 88.72f, 88.73f, -87.34f, -103.9f, -104.1f, 0x1p-149f, -0x1p-149f,
        std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
        std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::max(), 0.6f, 3.99f}) {
    x.push_back(edge);
  }
  for (float value = -20; value < 20; value += 1.0f / 4099) x.push_back(value);
  const auto count = static_cast<std::int64_t>(x.size());
  for (const Row& row : {Row{exp, 2},
                         {expm1, 3},
                         {log, 2},
                         {log1p, 3},
                         {sigmoid, 4},
                         {tanh, 4},
                         {erf, 3},
                         {sqrt, 0.51},
                         {rsqrt, 2},
                         {reciprocal, 0.51}}) {
    TileProgram program;
    program.extents = {count};
    program.operands = {{1}};
    program.lines = {{.instruction = row.instruction, .dtype = f32, .source = {0, -1, -1}}};
    program.outputs = {{1, {f32, {count}}, {1}}};
    Inputs inputs(program, {f32}, 1);
    std::memcpy(inputs.memory[0].data(), x.data(), x.size() * sizeof(float));
    const Outputs outputs = Prepared(program, inputs, 1).run(inputs, {});
    const auto* y = reinterpret_cast<const float*>(outputs[0].data());
    double worst = 0;
    std::size_t where = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double error = ulps(y[i], apply_real(row.instruction, x[i]));
      if (error > worst) worst = error, where = i;
    }
    EXPECT_LE(worst, row.bound) << name(row.instruction) << "(" << x[where] << ") = " << y[where]
                                << ", true value " << apply_real(row.instruction, x[where]);
  }
}

INSTANTIATE_TEST_SUITE_P(Fused, EveryTarget, ::testing::ValuesIn(targets()), target_name);

}  // namespace
}  // namespace luge
