// A tile program: what a fused step computes. It walks an iteration space; its lines are elementwise
// instructions over values that vary along some of the axes, reductions over the reduced axes, and constants.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "graph/fields.h"
#include "graph/op.h"

namespace luge {

/// One value. Values are numbered: first the inputs of the step, then the lines; a line reads earlier values
/// only.
struct TileLine {
  enum class Kind : std::uint8_t { map, reduce, constant };
  Kind kind = Kind::map;
  Instruction instruction = Instruction::none;   // map
  TileReduction reduction = TileReduction::sum;  // reduce
  DType dtype = DType::f32;                      // of the result
  std::array<int, 3> source = {-1, -1, -1};
  double number = 0;  // constant
  bool operator==(const TileLine&) const = default;
};

struct TileOutput {
  int value = 0;
  Type type;
  std::vector<std::int64_t> strides;  // elements to advance per axis; 0 along reduced axes
};

/// Strides are given per axis of the iteration space, 0 where an operand is broadcast. An operand without
/// strides along the reduced axes is read once for all of them. The key of random_uniform is an operand of
/// stride 0 everywhere; its index is the row-major position in the iteration space.
struct TileProgram {
  std::vector<std::int64_t> extents;                // at most 16 axes
  std::uint32_t reduced = 0;                        // bit k: axis k is reduced
  std::vector<std::vector<std::int64_t>> operands;  // per input: strides
  std::vector<TileLine> lines;
  std::vector<TileOutput> outputs;

  bool reduces(std::size_t axis) const { return (reduced >> axis & 1) != 0; }
};

/// A tile program as the attributes of an op "fused".
struct FusedAttributes {
  std::vector<std::int64_t> extents;
  std::int64_t reduced = 0;
  std::vector<std::int64_t> operands;
  std::vector<std::int64_t> lines;
  std::vector<std::int64_t> outputs;
  static void fields(auto& self, auto&& field) {
    field("extents", self.extents);
    field("reduced", self.reduced);
    field("operands", self.operands);
    field("lines", self.lines);
    field("outputs", self.outputs);
  }
};

OpRef fused_op(const TileProgram& program);
FusedAttributes fused_attributes(const TileProgram& program);
TileProgram tile_program(const FusedAttributes& attributes);

/// Tile programs that have nothing to do with each other, as one step "fused_parts". Its inputs and outputs
/// are those of the parts, one part after the other.
struct FusedPartsAttributes {
  std::vector<std::int64_t> words;
  static void fields(auto& self, auto&& field) { field("words", self.words); }
};

OpRef fused_parts_op(const std::vector<TileProgram>& parts);
std::vector<TileProgram> tile_programs(const FusedPartsAttributes& attributes);

}  // namespace luge
