// What generated code computes for one vector of elements: operations on vectors of f32 (or their bits) and
// on masks, each value written once. Elementwise instructions are spelled out in these operations, exactly as
// the interpreted loops compute them, so that both give the same bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/instruction.h"
#include "ops/attributes/fused.h"

namespace luge::cpu::fused::jit {

enum class Op : std::uint8_t {
  input,     // operand `a`
  constant,  // `bits` in every element
  add,
  sub,
  mul,
  div,
  min,
  max,
  sqrt,
  multiply_add,           // a·b + c
  negative_multiply_add,  // c - a·b
  bit_and,
  bit_or,
  bit_xor,
  and_not,  // and_not: ~a & b
  round,    // `immediate`: 0 nearest, 1 down, 2 up, 3 towards zero
  to_integer,
  to_float,
  integer_add,
  integer_sub,
  shift_left,
  shift_right,
  compare,  // gives a mask; `immediate`: assembler.h's Compare
  mask_and,
  mask_or,
  mask_xor,
  mask_not,
  select,  // mask a ? b : c
  keep,    // mask a ? b : 0
};

/// A value has the number of its operation in the list.
struct Operation {
  Op op;
  std::uint8_t immediate = 0;
  int a = -1, b = -1, c = -1;
  std::uint32_t bits = 0;
  int ahead = 0;  // of an array's elements: vectors after the index
  bool operator==(const Operation&) const = default;
};
constexpr bool gives_mask(Op op) { return op >= Op::compare && op <= Op::mask_not; }

/// Memory a block reads or writes, by its slot in the plan.
struct BlockOperand {
  enum class Kind : std::uint8_t {
    array,  // elements of a row are adjacent
    row,    // one element for each row
    splat,  // one vector for everything
  };
  Kind kind = Kind::array;
  bool is_bool = false;  // bytes 0 and 1 (arrays only)
  bool is_bf16 = false;  // (arrays only); else f32
  int slot = -1;
  std::int64_t pitch = 0;  // bytes from row to row
  std::int64_t element() const { return is_bool ? 1 : is_bf16 ? 2 : 4; }
  bool operator==(const BlockOperand&) const = default;
};

/// A reduction of every row, whose result goes to a row operand or a splat; or, of blocks that go down the
/// columns, the sum of every column, added to f64 numbers.
struct BlockReduction {
  TileReduction reduction = TileReduction::sum;
  int value = -1;
  int operand = -1;
  int list = 0, accumulator = 0;  // which of the accumulators of which reduction
};

struct Block {
  std::vector<BlockOperand> operands;
  std::vector<Operation> operations;
  struct Output {
    int value, operand, ahead = 0;
  };
  std::vector<Output> outputs;
  std::vector<BlockReduction> reductions;
  bool down_columns = false;

  int operand(const BlockOperand& wanted);
  int push(const Operation& operation);  // an equal one is computed once
  bool is_mask(int value) const;
};

/// The block for several vectors at once, operation by operation in turn, so that the processor need not look
/// far ahead for something to do. `shared[v]`: where a value that all have in common now is, or -1.
Block interleaved(const Block& block, int vectors, std::vector<int>& shared);

/// Appends the rounding of a value to what bf16 can hold.
int round_to_bf16(Block& block, int value);

/// Generated code has the instruction for these register types.
bool can_expand(Instruction instruction, DType from, DType to);
/// Appends what an instruction computes from values; -1 when generated code cannot.
int expand(Block& block, Instruction instruction, DType from, DType to, const int* sources);

}  // namespace luge::cpu::fused::jit
