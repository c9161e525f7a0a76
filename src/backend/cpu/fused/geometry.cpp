// Which axes become one, which walk the space takes, how large its tiles are.
#include "backend/cpu/fused/geometry.h"

#include <algorithm>
#include <utility>

namespace luge::cpu::fused {
namespace {

// An item costs a few hundred nanoseconds besides its elements; long reductions are cut into parts of at
// least this.
constexpr std::int64_t kSplitElements = 16384;
constexpr std::int64_t kMaxSplits = 64;
constexpr std::int64_t kEnoughItems = 16;

// An axis before it has its position in the plan.
struct ProgramAxis {
  std::int64_t extent;
  bool reduced;
  std::int64_t row_major;
  std::vector<std::int64_t> strides;  // per access
};

// Both are one axis to every access.
bool is_one_axis(const ProgramAxis& a, const ProgramAxis& b) {
  if (a.reduced != b.reduced || a.row_major != b.row_major * b.extent) return false;
  for (std::size_t k = 0; k < a.strides.size(); ++k) {
    if (a.strides[k] != b.strides[k] * b.extent) return false;
  }
  return true;
}

void merge(std::vector<ProgramAxis>& axes) {
  for (std::size_t k = 0; k + 1 < axes.size();) {
    if (!is_one_axis(axes[k], axes[k + 1])) {
      ++k;
      continue;
    }
    axes[k + 1].extent *= axes[k].extent;
    axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(k));
  }
}

std::vector<ProgramAxis> program_axes(const TileProgram& program,
                                      const std::vector<std::vector<std::int64_t>>& strides, bool indexed) {
  std::vector<ProgramAxis> axes;
  std::int64_t row_major = 1;
  for (std::size_t k = program.extents.size(); k-- > 0;) {
    ProgramAxis axis{program.extents[k], program.reduces(k), indexed ? row_major : 0, {}};
    row_major *= program.extents[k];
    for (const auto& access : strides) axis.strides.push_back(access[k]);
    if (axis.extent != 1) axes.insert(axes.begin(), std::move(axis));
  }
  return axes;
}

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// Takes the last axis with the property out of the list; a dummy when there is none.
template <class P>
ProgramAxis take_last(std::vector<ProgramAxis>& axes, std::size_t accesses, P property) {
  for (std::size_t k = axes.size(); k-- > 0;) {
    if (!property(axes[k])) continue;
    ProgramAxis axis = std::move(axes[k]);
    axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(k));
    return axis;
  }
  return {1, false, 0, std::vector<std::int64_t>(accesses, 0)};
}

bool is_reduced(const ProgramAxis& axis) { return axis.reduced; }
bool is_kept(const ProgramAxis& axis) { return !axis.reduced; }
bool is_any(const ProgramAxis&) { return true; }

// Kept axes come before the reduced ones, but for the columns.
void order(std::vector<ProgramAxis>& axes, bool by_columns) {
  if (by_columns) {
    merge(axes);
    ProgramAxis last = std::move(axes.back());
    axes.pop_back();
    std::stable_partition(axes.begin(), axes.end(), is_kept);
    axes.push_back(std::move(last));
  } else {
    std::stable_partition(axes.begin(), axes.end(), is_kept);
  }
  merge(axes);
}

Walk choose_walk(const std::vector<ProgramAxis>& axes, bool reduces, bool by_columns, std::int64_t tile) {
  if (!reduces) return Walk::map;
  if (by_columns) return Walk::columns;
  std::int64_t size = 1;
  for (const ProgramAxis& axis : axes) size *= axis.reduced ? axis.extent : 1;
  const bool whole_row = std::count_if(axes.begin(), axes.end(), is_reduced) <= 1 && size > 0 && size <= tile;
  return whole_row ? Walk::rows : Walk::long_rows;
}

struct TileAxes {
  ProgramAxis row, column;
};

// Takes the axes of a tile out of the list.
TileAxes take_tile_axes(std::vector<ProgramAxis>& axes, std::size_t accesses, Walk walk) {
  const auto take = [&](auto property) { return take_last(axes, accesses, property); };
  TileAxes tile;
  switch (walk) {
    case Walk::map:
      tile.column = take(is_any);
      tile.row = take(is_any);
      break;
    case Walk::columns:
      tile.column = take(is_any);
      tile.row = take(is_reduced);
      break;
    case Walk::rows:
      tile.column = take(is_reduced);
      tile.row = take(is_kept);
      break;
    case Walk::long_rows:
      tile.column = take(is_reduced);
      tile.row = take(is_reduced);
      break;
  }
  return tile;
}

void set_tile(Geometry& g, const TileAxes& axes, std::int64_t tile) {
  g.columns = std::min(axes.column.extent, tile);
  if (g.columns == axes.column.extent && g.columns > 0) {
    g.rows = std::clamp(tile / g.columns, std::int64_t{1}, std::max(axes.row.extent, std::int64_t{1}));
  }
  g.row_in_item = g.walk == Walk::map || g.walk == Walk::rows;
  g.column_in_item = g.walk == Walk::map || g.walk == Walk::columns;
  g.kept = g.walk == Walk::columns              ? KeptExtent::columns
           : g.walk == Walk::rows && g.rows > 1 ? KeptExtent::rows
                                                : KeptExtent::one;
}

// How many items there are, of how many tiles, and whether items are cut.
void count_items(Geometry& g) {
  const std::int64_t row_blocks = ceil_divide(g.axes[g.row_axis()].extent, g.rows);
  const std::int64_t column_blocks =
      g.columns == 0 ? 0 : ceil_divide(g.axes[g.column_axis()].extent, g.columns);
  g.items = (g.row_in_item ? row_blocks : 1) * (g.column_in_item ? column_blocks : 1);
  g.tiles = (g.row_in_item ? 1 : row_blocks) * (g.column_in_item || g.walk == Walk::rows ? 1 : column_blocks);
  for (std::size_t k = 0; k < g.outer; ++k) g.items *= g.axes[k].extent;
  for (std::size_t k = g.outer; k < g.outer + g.inner; ++k) g.tiles *= g.axes[k].extent;
  if (g.walk != Walk::map && g.walk != Walk::rows && g.items < kEnoughItems && g.tiles > 1) {
    const std::int64_t elements = g.tiles * g.rows * g.columns;
    g.splits = std::clamp(elements / kSplitElements, std::int64_t{1}, std::min(kMaxSplits, g.tiles));
  }
  g.resident = g.tiles == 1 && g.splits == 1;
}

}  // namespace

bool Geometry::reduces(std::size_t axis) const {
  if (walk == Walk::map || axis < outer) return false;
  if (axis < outer + inner) return true;
  const bool is_row = axis == row_axis();
  return walk == Walk::rows ? !is_row : walk == Walk::columns ? is_row : true;
}

Geometry make_geometry(const TileProgram& program, std::int64_t tile,
                       std::vector<std::vector<std::int64_t>>& strides) {
  const bool indexed = std::any_of(program.lines.begin(), program.lines.end(), [](const TileLine& line) {
    return line.instruction == Instruction::random_uniform;
  });
  const std::size_t accesses = strides.size();
  std::vector<ProgramAxis> axes = program_axes(program, strides, indexed);
  const bool by_columns =
      !axes.empty() && std::any_of(axes.begin(), axes.end(), is_reduced) && !axes.back().reduced;
  order(axes, by_columns);

  Geometry g;
  g.walk = choose_walk(axes, program.reduced != 0, by_columns, tile);
  TileAxes tile_axes = take_tile_axes(axes, accesses, g.walk);
  std::stable_partition(axes.begin(), axes.end(), is_kept);
  g.outer = static_cast<std::size_t>(std::count_if(axes.begin(), axes.end(), is_kept));
  g.inner = axes.size() - g.outer;
  set_tile(g, tile_axes, tile);
  axes.push_back(std::move(tile_axes.row));
  axes.push_back(std::move(tile_axes.column));

  strides.assign(accesses, {});
  for (const ProgramAxis& axis : axes) {
    g.axes.push_back({axis.extent, axis.row_major});
    for (std::size_t k = 0; k < accesses; ++k) strides[k].push_back(axis.strides[k]);
  }
  count_items(g);
  return g;
}

}  // namespace luge::cpu::fused
