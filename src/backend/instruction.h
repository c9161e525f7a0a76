// The small set of elementwise instructions. An elementwise op names one. What is known about them comes from
// their table.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include "backend/instruction_table.h"

namespace luge {

enum class Instruction : std::uint8_t {
  none,
#define LUGE_ROW(name, ...) name,
  LUGE_INSTRUCTIONS(LUGE_ROW)
#undef LUGE_ROW
};

/// What an instruction computes on, and what it gives.
enum class InstructionFamily : std::uint8_t {
  copying,         // an operand as it is, of any dtype
  arithmetic,      // numbers, floating or integer, of the operands' dtype
  function,        // floating numbers; the reference takes integers through double and truncates
  comparison,      // truth values, from operands of any dtype
  logic,           // truth values, from operands that count as true where they are not zero
  classification,  // truth values, from one number
  random,          // random numbers, from a key and the element's row-major index
};
enum class InstructionCost : std::uint8_t {
  cheap,     // computed twice rather than stored and read again
  plain,     // a few operations
  division,  // a division or a root
  function,  // a polynomial, or a call of the C library
};
enum class InstructionOrder : std::uint8_t { ordered, commutes };

struct InstructionRow {
  std::string_view name;
  int arity = 0;
  InstructionFamily family = InstructionFamily::copying;
  InstructionCost cost = InstructionCost::cheap;
  InstructionOrder order = InstructionOrder::ordered;
};

namespace instruction_detail {
// clang-format off
inline constexpr InstructionRow kRows[] = {
    {.name = "none"},
#define LUGE_ROW(name, arity, family, cost, order, ...) \
    {#name, arity, InstructionFamily::family, InstructionCost::cost, InstructionOrder::order},
    LUGE_INSTRUCTIONS(LUGE_ROW)
#undef LUGE_ROW
};
// clang-format on
}  // namespace instruction_detail

/// Every instruction but `none`, in the table's order.
inline constexpr std::array kInstructions = {
#define LUGE_ROW(name, ...) Instruction::name,
    LUGE_INSTRUCTIONS(LUGE_ROW)
#undef LUGE_ROW
};

constexpr const InstructionRow& row(Instruction instruction) {
  return instruction_detail::kRows[static_cast<std::size_t>(instruction)];
}
constexpr std::string_view name(Instruction instruction) { return row(instruction).name; }
/// Number of operands.
constexpr int arity(Instruction instruction) { return row(instruction).arity; }
/// Whether the two operands may be swapped.
constexpr bool commutes(Instruction instruction) {
  return row(instruction).order == InstructionOrder::commutes;
}
/// Whether results are truth values.
constexpr bool gives_truth(Instruction instruction) {
  const InstructionFamily family = row(instruction).family;
  return family == InstructionFamily::comparison || family == InstructionFamily::logic ||
         family == InstructionFamily::classification;
}

/// Calls f(std::integral_constant<Instruction, instruction>()): code that is written once for all
/// instructions is chosen at run time. `none` throws std::logic_error.
template <class F>
constexpr auto dispatch(Instruction instruction, F&& f) {
  switch (instruction) {
#define LUGE_ROW(name, ...) \
  case Instruction::name: return f(std::integral_constant<Instruction, Instruction::name>());
    LUGE_INSTRUCTIONS(LUGE_ROW)
#undef LUGE_ROW
    case Instruction::none: break;
  }
  throw std::logic_error("there is no instruction to dispatch on");
}

}  // namespace luge
