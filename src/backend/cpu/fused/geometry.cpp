// How the iteration space is walked: which axes fall together, which walk it takes, how large its tiles are.
#include <algorithm>

#include "backend/cpu/fused/plan.h"

namespace luge::cpu::fused {
namespace {

// An item costs a few hundred nanoseconds beside its elements; long reductions are cut into parts of at least
// this.
constexpr std::int64_t kSplitElements = 16384;
constexpr std::int64_t kMaxSplits = 64;
constexpr std::int64_t kEnoughItems = 16;

struct Raw {
  std::int64_t extent;
  bool reduced;
  std::int64_t row_major;
  std::vector<std::int64_t> strides;  // per access
};

bool falls_together(const Raw& a, const Raw& b) {
  if (a.reduced != b.reduced || a.row_major != b.row_major * b.extent) return false;
  for (std::size_t k = 0; k < a.strides.size(); ++k) {
    if (a.strides[k] != b.strides[k] * b.extent) return false;
  }
  return true;
}

void merge(std::vector<Raw>& axes) {
  for (std::size_t k = 0; k + 1 < axes.size();) {
    if (!falls_together(axes[k], axes[k + 1])) {
      ++k;
      continue;
    }
    axes[k + 1].extent *= axes[k].extent;
    axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(k));
  }
}

std::vector<Raw> raw_axes(const TileProgram& program, const std::vector<std::vector<std::int64_t>>& strides,
                          bool indexed) {
  std::vector<Raw> axes;
  std::int64_t row_major = 1;
  for (std::size_t k = program.extents.size(); k-- > 0;) {
    Raw axis{program.extents[k], program.reduces(k), indexed ? row_major : 0, {}};
    row_major *= program.extents[k];
    for (const auto& access : strides) axis.strides.push_back(access[k]);
    if (axis.extent != 1) axes.insert(axes.begin(), std::move(axis));
  }
  return axes;
}

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// Takes the last axis with the property out of the list; a dummy when there is none.
template <class P>
Raw take_last(std::vector<Raw>& axes, std::size_t accesses, P property) {
  for (std::size_t k = axes.size(); k-- > 0;) {
    if (!property(axes[k])) continue;
    Raw axis = std::move(axes[k]);
    axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(k));
    return axis;
  }
  return {1, false, 0, std::vector<std::int64_t>(accesses, 0)};
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
  std::vector<Raw> axes = raw_axes(program, strides, indexed);
  const auto is_reduced = [](const Raw& axis) { return axis.reduced; };
  const auto is_kept = [](const Raw& axis) { return !axis.reduced; };
  const auto any = [](const Raw&) { return true; };
  const bool reduces = program.reduced != 0;
  const bool by_columns =
      !axes.empty() && std::any_of(axes.begin(), axes.end(), is_reduced) && !axes.back().reduced;

  // Kept axes in front of the reduced ones, but for the columns.
  if (by_columns) {
    merge(axes);
    Raw last = std::move(axes.back());
    axes.pop_back();
    std::stable_partition(axes.begin(), axes.end(), is_kept);
    axes.push_back(std::move(last));
  } else {
    std::stable_partition(axes.begin(), axes.end(), is_kept);
  }
  merge(axes);

  Geometry g;
  std::int64_t reduced_size = 1, reduced_axes = 0;
  for (const Raw& axis : axes) {
    if (axis.reduced) reduced_size *= axis.extent, ++reduced_axes;
  }
  Raw row, column;
  if (!reduces) {
    g.walk = Walk::map;
    column = take_last(axes, accesses, any);
    row = take_last(axes, accesses, any);
  } else if (by_columns) {
    g.walk = Walk::columns;
    column = take_last(axes, accesses, any);
    row = take_last(axes, accesses, is_reduced);
  } else {
    column = take_last(axes, accesses, is_reduced);
    g.walk = reduced_axes <= 1 && reduced_size > 0 && reduced_size <= tile ? Walk::rows : Walk::long_rows;
    row = g.walk == Walk::rows ? take_last(axes, accesses, is_kept) : take_last(axes, accesses, is_reduced);
  }
  std::stable_partition(axes.begin(), axes.end(), is_kept);
  g.outer = static_cast<std::size_t>(std::count_if(axes.begin(), axes.end(), is_kept));
  g.inner = axes.size() - g.outer;
  g.columns = std::min(column.extent, tile);
  if (g.columns == column.extent && column.extent > 0) {
    g.rows = std::clamp(tile / g.columns, std::int64_t{1}, std::max(row.extent, std::int64_t{1}));
  }
  g.row_in_item = g.walk == Walk::map || g.walk == Walk::rows;
  g.column_in_item = g.walk == Walk::map || g.walk == Walk::columns;
  g.kept = g.walk == Walk::columns              ? KeptExtent::columns
           : g.walk == Walk::rows && g.rows > 1 ? KeptExtent::rows
                                                : KeptExtent::one;
  axes.push_back(std::move(row));
  axes.push_back(std::move(column));

  strides.assign(accesses, {});
  for (const Raw& axis : axes) {
    g.axes.push_back({axis.extent, axis.row_major});
    for (std::size_t k = 0; k < accesses; ++k) strides[k].push_back(axis.strides[k]);
  }
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
  return g;
}

}  // namespace luge::cpu::fused
