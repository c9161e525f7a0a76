#include "backend/cpu/fused/jit/block.h"

#include <algorithm>

namespace luge::cpu::fused::jit {

int Block::operand(const BlockOperand& wanted) {
  const auto found = std::find(operands.begin(), operands.end(), wanted);
  if (found != operands.end()) return static_cast<int>(found - operands.begin());
  operands.push_back(wanted);
  return static_cast<int>(operands.size()) - 1;
}

int Block::push(const Operation& operation) {
  const auto found = std::find(operations.begin(), operations.end(), operation);
  if (found != operations.end()) return static_cast<int>(found - operations.begin());
  operations.push_back(operation);
  return static_cast<int>(operations.size()) - 1;
}

bool Block::is_mask(int value) const {
  const Operation& operation = operations[static_cast<std::size_t>(value)];
  return operation.op == Op::input ? operands[static_cast<std::size_t>(operation.a)].is_bool
                                   : gives_mask(operation.op);
}

bool can_expand(Instruction instruction, DType from, DType to) {
  Block alone;
  constexpr int sources[] = {0, 1, 2};
  return expand(alone, instruction, from, to, sources) >= 0;
}

Block interleaved(const Block& block, int vectors, std::vector<int>& shared) {
  Block wide;
  wide.operands = block.operands;
  wide.down_columns = block.down_columns;
  shared.assign(block.operations.size(), -1);
  std::vector<std::vector<int>> numbers(block.operations.size());
  for (std::size_t i = 0; i < block.operations.size(); ++i) {
    const Operation& given = block.operations[i];
    const bool input = given.op == Op::input;
    const bool array =
        input && block.operands[static_cast<std::size_t>(given.a)].kind == BlockOperand::Kind::array;
    const bool common = given.op == Op::constant || (input && !array);
    for (int k = 0; k < vectors; ++k) {
      if (common && k > 0) {
        numbers[i].push_back(numbers[i][0]);
        continue;
      }
      Operation operation = given;
      operation.ahead = array ? k : 0;
      for (int* source : {&operation.a, &operation.b, &operation.c}) {
        if (!input && *source >= 0)
          *source = numbers[static_cast<std::size_t>(*source)][static_cast<std::size_t>(k)];
      }
      numbers[i].push_back(static_cast<int>(wide.operations.size()));
      wide.operations.push_back(operation);
    }
    if (common) shared[i] = numbers[i][0];
  }
  for (int k = 0; k < vectors; ++k) {
    for (const auto& output : block.outputs) {
      wide.outputs.push_back(
          {numbers[static_cast<std::size_t>(output.value)][static_cast<std::size_t>(k)], output.operand, k});
    }
    for (const BlockReduction& reduction : block.reductions) {
      wide.reductions.push_back(reduction);
      wide.reductions.back().value =
          numbers[static_cast<std::size_t>(reduction.value)][static_cast<std::size_t>(k)];
      wide.reductions.back().accumulator = k;
    }
  }
  return wide;
}

}  // namespace luge::cpu::fused::jit
