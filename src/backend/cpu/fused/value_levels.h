// On which level the values of a tile program are, and which stage computes them.
#pragma once

#include <span>
#include <vector>

#include "backend/cpu/fused/plan.h"

namespace luge::cpu::fused {

/// Of every value, in the order of the program.
struct ValueLevels {
  std::vector<Level> level;
  std::vector<int> stage;
  int last_stage = 0;
};
ValueLevels find_levels(const TileProgram& program, const Geometry& geometry, std::span<const Access> in);

/// The level of what an access reads or writes.
Level level_of(const Access& access, const TileProgram& program, const Geometry& geometry);

/// An output that is not full has an element for each point of the kept axes.
bool is_full_output(const TileOutput& output, const Access& access, const TileProgram& program,
                    const Geometry& geometry, const ValueLevels& levels);

}  // namespace luge::cpu::fused
