#include "backend/instruction.h"

#include <array>

namespace luge {
namespace {

constexpr std::array<std::string_view, 62> kNames = {
    "none",      "copy",          "cast",        "neg",          "abs",         "sign",
    "sqrt",      "rsqrt",         "exp",         "expm1",        "log",         "log1p",
    "log2",      "square",        "reciprocal",  "floor",        "ceil",        "round",
    "trunc",     "sin",           "cos",         "tan",          "asin",        "acos",
    "atan",      "sinh",          "cosh",        "tanh",         "asinh",       "acosh",
    "atanh",     "erf",           "erfc",        "sigmoid",      "relu",        "logical_not",
    "isnan",     "isinf",         "isfinite",    "add",          "sub",         "mul",
    "div",       "mod",           "remainder",   "floor_divide", "minimum",     "maximum",
    "pow",       "atan2",         "equal",       "not_equal",    "less",        "less_equal",
    "greater",   "greater_equal", "logical_and", "logical_or",   "logical_xor", "select",
    "relu_mask", "random_uniform"};
static_assert(kNames[static_cast<std::size_t>(Instruction::atan2)] == "atan2");
static_assert(kNames[static_cast<std::size_t>(Instruction::random_uniform)] == "random_uniform");

}  // namespace

std::string_view name(Instruction instruction) { return kNames[static_cast<std::size_t>(instruction)]; }

int arity(Instruction instruction) {
  if (instruction == Instruction::none) return 0;
  if (instruction < Instruction::add || instruction == Instruction::random_uniform) return 1;
  return instruction == Instruction::select ? 3 : 2;
}

}  // namespace luge
