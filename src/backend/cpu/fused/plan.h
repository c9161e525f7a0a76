// A tile program made ready to run: how its space is walked, and which loop runs on which register when.
//
// Values are on three levels: one element for all (scalar), one for each point of the kept axes, one for each
// point of the space. What is computed before the first reduction is stage 0, what needs its result stage 1,
// and so on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/fused/functions.h"
#include "backend/cpu/fused/geometry.h"
#include "backend/cpu/fused/jit/code.h"
#include "backend/cpu/fused/step.h"

namespace luge::cpu::fused {

/// Memory of an input or output: elements to advance per axis of the plan.
struct Access {
  Type type;
  std::vector<std::int64_t> strides;
  MoveFunctions move;
  int argument = 0;  // position among the step's inputs or outputs
};

/// A register: a buffer in the thread's frame, or memory of an argument, pointed at while a tile is worked
/// on.
struct Slot {
  Level level = Level::full;
  DType type = DType::f32;
  std::size_t offset = 0;   // into the area of its level
  bool pointed = false;     // no buffer: set by a step that points it
  std::size_t advance = 1;  // elements from one to the next; 0: a splat
};

/// Several steps as generated code.
struct PlanCode {
  std::shared_ptr<const jit::Code> code;
  bool by_rows = false;            // else it takes a tile for one row
  std::vector<int> reads, writes;  // full and kept slots
};

struct PlanReduction {
  TileReduction reduction = TileReduction::sum;
  ReduceFunctions functions{};
  int slot = -1;           // of the result, on level kept
  int sums = -1;           // a slot that points at the sums while tiles are walked, for generated code
  std::size_t offset = 0;  // of its sums
  SplatFunction splat = nullptr;
};

struct Plan {
  Geometry geometry;
  std::vector<Access> in, out;
  std::vector<Slot> slots;
  std::vector<PlanReduction> reductions;
  std::vector<PlanCode> codes;
  std::vector<Step> setup;                     // scalars, once a thread
  std::vector<std::vector<Step>> kept, tiles;  // per stage: before the walk, and in each tile
  std::vector<std::vector<int>> reduced;       // per stage: reductions that its walk completes
  std::vector<std::size_t> kept_slots;
  std::size_t scalar_bytes = 0, kept_bytes = 0, sum_bytes = 0, full_bytes = 0;
  std::vector<std::uint64_t> constants;  // bytes of one element
  std::vector<InPlace> in_place;
  double nanoseconds = 0;  // of one thread
  std::size_t lines = 0;

  std::size_t frame_bytes() const;
  std::size_t split_bytes() const;
};

enum class Generate : std::uint8_t { where_possible, never };
/// `used[k]`: output k is wanted.
Plan make_plan(const TileProgram& program, std::span<const Type> in, const std::vector<bool>& used,
               Generate generate = Generate::where_possible);

}  // namespace luge::cpu::fused
