// Tile programs to test kernels with, and running them beside the scalar interpreter.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.h"
#include "ops/attributes/fused.h"

namespace luge::testing {

/// Memory for the inputs of a program: numbers of both signs with edges among them (zeros, infinities and NaN
/// in floating types, both ends in integers).
class Inputs {
 public:
  Inputs(const TileProgram& program, const std::vector<DType>& dtypes, unsigned seed);
  void make_positive(std::size_t k);
  std::vector<Type> types;
  std::vector<std::vector<std::byte>> memory;
};
using Outputs = std::vector<std::vector<std::byte>>;

/// The kernel the processor's backend offers for a program.
class Prepared {
 public:
  Prepared(const TileProgram& program, const Inputs& inputs, int threads);
  /// Each pair {input, output} shares memory.
  Outputs run(const Inputs& inputs, const std::vector<std::pair<int, int>>& in_place) const;
  Offer offer;

 private:
  std::vector<Type> out_;
};

Outputs run_interpreter(const TileProgram& program, const Inputs& inputs);
/// Floating outputs may differ by `tolerance` relative to the larger of 1 (of the format's own rounding step
/// for the instruction tests) and the value; everything else must be equal.
void expect_equal_to_reference(const TileProgram& program, const Inputs& inputs, double tolerance,
                               const std::string& what);

/// What the operands of a single instruction must be.
std::vector<DType> operand_types(const TileProgram& program, Instruction instruction, DType dtype);
double tolerance_of(Instruction instruction, DType dtype);
std::string describe(const TileProgram& program);

TileProgram random_program(DType dtype, const std::vector<std::int64_t>& extents);
TileProgram reduction_program(TileReduction reduction, DType dtype, const std::vector<std::int64_t>& extents,
                              std::uint32_t reduced);
TileProgram softmax_program(DType dtype, const std::vector<std::int64_t>& extents, std::uint32_t reduced);
/// Inputs p, m, v, g, learning rate, beta1, beta2, epsilon; outputs p, m, v.
TileProgram adam_program(std::int64_t count);
/// Outputs (b, a) + (a, b)·2, so that each output could overwrite what the other still needs.
TileProgram swap_program(std::int64_t count);
/// Spaces and axes of reductions: rows, columns, both, long, short, of one element and of none.
std::vector<std::pair<std::vector<std::int64_t>, std::uint32_t>> reduced_spaces();

}  // namespace luge::testing
