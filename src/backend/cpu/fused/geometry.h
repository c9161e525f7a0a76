// How the iteration space of a tile program is walked.
//
// The space is cut into items, which threads share, and each item into tiles of rows × columns, which
// registers hold. The axes are in the order [outer … | inner … | row, column]: an item fixes the outer ones,
// and walks the inner.
//   map      nothing is reduced: every tile is an item.
//   rows     the innermost axes are reduced and a whole row fits into a tile: a tile is a block of rows.
//   long     as rows, but a row takes many tiles: it is walked once per stage, values being computed again.
//   columns  the innermost axis is kept: an item is a strip of columns, walked down the reduced axes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ops/attributes/fused.h"

namespace luge::cpu::fused {

enum class Walk : std::uint8_t { map, rows, long_rows, columns };
/// How many elements a value has: one for all, one for each point of the kept axes, one for each point of the
/// space.
enum class Level : std::uint8_t { scalar, kept, full };
/// How many elements a value of the level `kept` has while an item is worked on: one, or as many as the tile
/// has rows or columns.
enum class KeptExtent : std::uint8_t { one, rows, columns };

inline constexpr std::size_t kMostAxes = 18;  // a program's 16, and a row and column that may be added

struct PlanAxis {
  std::int64_t extent = 1;
  std::int64_t row_major = 0;  // elements of the whole space to advance, for indexing random numbers
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
  /// An axis is kept or reduced by its position in the order.
  bool reduces(std::size_t axis) const;
};

/// How the axes are walked with tiles of at most `tile` elements. `strides` are those of the accesses along
/// the program's axes, and then along the plan's.
Geometry make_geometry(const TileProgram& program, std::int64_t tile,
                       std::vector<std::vector<std::int64_t>>& strides);

}  // namespace luge::cpu::fused
