#include "backend/cpu/fused/value_levels.h"

#include <algorithm>

namespace luge::cpu::fused {

Level level_of(const Access& access, const TileProgram& program, const Geometry& geometry) {
  bool varies = false, over_reduced = false;
  for (std::size_t k = 0; k < access.strides.size(); ++k) {
    if (access.strides[k] == 0) continue;
    varies = true;
    over_reduced |= geometry.reduces(k);
  }
  if (!varies) return Level::scalar;
  return over_reduced || program.reduced == 0 ? Level::full : Level::kept;
}

ValueLevels find_levels(const TileProgram& program, const Geometry& geometry, std::span<const Access> in) {
  ValueLevels found;
  for (const Access& access : in) {
    found.level.push_back(level_of(access, program, geometry));
    found.stage.push_back(0);
  }
  for (const TileLine& line : program.lines) {
    Level level = line.instruction == Instruction::random_uniform ? Level::full : Level::scalar;
    int stage = 0;
    for (int source : line.source) {
      if (source < 0) continue;
      level = std::max(level, found.level[static_cast<std::size_t>(source)]);
      stage = std::max(stage, found.stage[static_cast<std::size_t>(source)]);
    }
    if (line.kind == TileLine::Kind::reduce) {
      level = Level::kept;
      ++stage;
    }
    found.level.push_back(level);
    found.stage.push_back(stage);
    found.last_stage = std::max(found.last_stage, stage);
  }
  return found;
}

bool is_full_output(const TileOutput& output, const Access& access, const TileProgram& program,
                    const Geometry& geometry, const ValueLevels& levels) {
  if (program.reduced == 0) return true;
  std::int64_t elements = 1;  // along the reduced axes
  for (std::size_t axis = 0; axis < geometry.axes.size(); ++axis) {
    if (geometry.reduces(axis)) elements *= geometry.axes[axis].extent;
  }
  return level_of(access, program, geometry) == Level::full ||
         (elements == 1 && levels.level[static_cast<std::size_t>(output.value)] == Level::full);
}

}  // namespace luge::cpu::fused
