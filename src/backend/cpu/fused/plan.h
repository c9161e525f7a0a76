// A tile program made ready to run: how the iteration space is walked, and which loop runs on which register
// when.
//
// The space is cut into items, which threads share, and each item into tiles of rows × columns, which
// registers hold. The axes stand in the order [outer … | inner … | row, column]: an item fixes the outer
// ones, and walks the inner.
//   map      nothing is reduced: every tile is an item.
//   rows     the innermost axes are reduced and a whole row fits into a tile: a tile is a block of rows.
//   long     as rows, but a row takes many tiles: it is walked once per stage, values being computed again.
//   columns  the innermost axis is kept: an item is a strip of columns, walked down the reduced axes.
// Values live on three levels: one for all (scalar), one per place of the kept axes, one per element. What is
// computed before the first reduction is stage 0, what needs its result stage 1, and so on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/fused/functions.h"
#include "backend/cpu/fused/jit/code.h"

namespace luge::cpu::fused {

enum class Walk : std::uint8_t { map, rows, long_rows, columns };
enum class Level : std::uint8_t { scalar, kept, full };
/// How many elements a value of the level `kept` has while an item is worked on: one, or as many as the tile
/// has rows or columns.
enum class KeptExtent : std::uint8_t { one, rows, columns };

inline constexpr std::size_t kMostAxes = 18;  // a program's 16, and a row and column that may be added

struct PlanAxis {
  std::int64_t extent = 1;
  std::int64_t row_major = 0;  // elements of the whole space to advance, for indexing random numbers
};

/// Memory of an input or output: elements to advance per axis of the plan.
struct Access {
  Type type;
  std::vector<std::int64_t> strides;
  MoveFunctions move;
  int argument = 0;  // position among the step's inputs or outputs
};

struct Geometry {
  Walk walk = Walk::map;
  KeptExtent kept = KeptExtent::one;
  std::vector<PlanAxis> axes;  // outer, inner, row, column
  std::size_t outer = 0, inner = 0;
  std::int64_t rows = 1, columns = 1;  // largest tile
  bool resident = true;                // one tile covers an item's inner axes: nothing is computed twice
  bool row_in_item = false, column_in_item = false;
  std::int64_t items = 0;
  std::int64_t tiles = 1;   // tiles walked per item and stage
  std::int64_t splits = 1;  // parts into which an item's tiles are cut, so that few items use many threads
  std::size_t row_axis() const { return axes.size() - 2; }
  std::size_t column_axis() const { return axes.size() - 1; }
  /// An axis is kept or reduced by its place in the order.
  bool reduces(std::size_t axis) const;
};

/// A register: a buffer in the thread's frame, or memory of an argument, pointed at while a tile is worked
/// on.
struct Slot {
  Level level = Level::full;
  DType type = DType::f32;
  std::size_t offset = 0;  // into the area of its level
  bool pointed = false;    // no buffer: set by a `point` step
  std::size_t step = 1;    // 0: a splat
};

struct Step {
  enum class Kind : std::uint8_t {
    map,
    random,
    load,
    point_in,
    point_out,
    splat_in,
    expand,
    reduce,
    store,
    code
  };
  Kind kind = Kind::map;
  DType dtype = DType::f32;   // random: of the numbers
  Level level = Level::full;  // how many elements it runs over
  MapFunction map = nullptr;
  MoveFunctions move{};
  int out = -1;
  int in[3] = {-1, -1, -1};
  int access = -1;  // of loads, points and stores
  int reduction = -1;
  Instruction instruction = Instruction::none;  // map: what it computes
  DType from = DType::f32, to = DType::f32;     // map: register types
  bool rounds_to_bf16 = false;                  // map: this and nothing else
  int code = -1;
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
  void (*splat)(void* to, const void* element) = nullptr;
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
  std::vector<std::uint64_t> constants;  // bytes of one element; a splat_in of access -1-k reads constant k
  std::vector<InPlace> in_place;
  double nanoseconds = 0;  // of one thread
  std::size_t lines = 0;

  std::size_t frame_bytes() const;
  std::size_t split_bytes() const;
};

/// How the axes are walked with tiles of at most `tile` elements.
Geometry make_geometry(const TileProgram& program, std::int64_t tile,
                       std::vector<std::vector<std::int64_t>>& strides);

/// Replaces steps by generated code where the steps allow it.
void generate_code(Plan& plan);
bool reads_slot(const Plan& plan, const Step& step, int slot);
bool writes_slot(const Plan& plan, const Step& step, int slot);

/// Lets outputs be computed where they belong instead of being copied there, and finds which may overwrite an
/// input.
void point_outputs(Plan& plan);
/// Gives every register its place in a thread's frame; tile buffers are shared by values that never meet.
void place_buffers(Plan& plan);

/// Nanoseconds of one thread.
double estimate(const TileProgram& program, const Plan& plan);

enum class Generate : std::uint8_t { where_possible, never };
/// `used[k]`: output k is wanted.
Plan make_plan(const TileProgram& program, std::span<const Type> in, const std::vector<bool>& used,
               Generate generate = Generate::where_possible);

}  // namespace luge::cpu::fused
