// The steps of a plan: what a worker does with the registers of a tile. A kind of step is a type that holds
// what it needs and nothing else; visitors name every kind. Registers are named by their slots.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <variant>
#include <vector>

#include "backend/cpu/fused/functions.h"
#include "backend/cpu/fused/geometry.h"
#include "backend/cpu/fused/overloaded.h"

namespace luge::cpu::fused {

/// Makes a register of one element a splat of it.
using SplatFunction = decltype(MoveFunctions::splat);

/// Copies elements of an input into a register.
struct LoadStep {
  int input, out;
  Level level;
  MoveFunctions move;
};
/// Lets a register be an input's memory.
struct PointInputStep {
  int input, out;
  Level level;
};
/// Lets a register be an output's memory.
struct PointOutputStep {
  int output, out;
};
/// One element of an input.
struct SplatInputStep {
  int input, out;
  MoveFunctions move;
};
struct SplatConstantStep {
  int constant, out;  // constant: of the plan
  MoveFunctions move;
};
/// A kept value as a tile: one element for each row, or a row for all rows.
struct ExpandStep {
  int in, out;
  MoveFunctions move;
};
/// Random numbers by the positions of the elements.
struct RandomStep {
  int key, out;  // key: an input
  DType dtype;
};
/// An elementwise instruction.
struct MapStep {
  Instruction instruction;
  DType from, to;  // register types
  std::array<int, 3> in;
  int operands;
  int out;
  Level level;
  MapFunction function;
  SplatFunction splat;
};
/// A register rounded to what its dtype can hold.
struct RoundStep {
  DType dtype;
  int slot;
  Level level;
  MapFunction function;
  SplatFunction splat;
};
/// The elements of a tile (or one, which generated code made of them) join the sums of a reduction.
struct ReduceStep {
  int reduction, in;
  Level level;
};
/// Copies a register into an output.
struct StoreStep {
  int output, in;
  Level level;
  MoveFunctions move;
};
/// Runs generated code.
struct CodeStep {
  int code;
  Level level;
};

using Step = std::variant<LoadStep, PointInputStep, PointOutputStep, SplatInputStep, SplatConstantStep,
                          ExpandStep, RandomStep, MapStep, RoundStep, ReduceStep, StoreStep, CodeStep>;

struct Plan;
/// The slots whose elements a step reads.
std::span<const int> slots_read(const Plan& plan, const Step& step);
/// The slots that a step computes, fills or points.
std::span<const int> slots_written(const Plan& plan, const Step& step);

/// The input whose memory a step reads, or lets others read; -1 if there is none.
int input_of(const Step& step);
/// The step prepares a register for others, and depends on no other step of its stage.
bool prepares(const Step& step);

}  // namespace luge::cpu::fused
