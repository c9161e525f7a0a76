// Which outputs are computed where they belong, and which inputs they may overwrite.
#include <algorithm>
#include <utility>

#include "backend/cpu/fused/plan_passes.h"

namespace luge::cpu::fused {
namespace {

// When a step runs in the walk over an item: before the walk, then stage after stage the kept steps and those
// of a tile.
struct Time {
  std::size_t phase, index;
  auto operator<=>(const Time&) const = default;
};
constexpr std::size_t kept_phase(std::size_t stage) { return 2 * stage + 1; }
constexpr std::size_t tile_phase(std::size_t stage) { return 2 * stage + 2; }

bool contains(std::span<const int> slots, int slot) {
  return std::find(slots.begin(), slots.end(), slot) != slots.end();
}

// The last step that reads an input's memory, by copying or through a slot that points there.
Time last_read(const Plan& plan, int input) {
  Time last{0, 0};
  std::vector<int> pointing;
  const auto look = [&](const std::vector<Step>& steps, std::size_t phase) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const bool own = input_of(steps[i]) == input;
      if (const auto* point = std::get_if<PointInputStep>(&steps[i]); own && point)
        pointing.push_back(point->out);
      const std::span<const int> read = slots_read(plan, steps[i]);
      const auto reads = [&](int slot) { return contains(read, slot); };
      if (own || std::any_of(pointing.begin(), pointing.end(), reads)) last = {phase, i};
    }
  };
  for (std::size_t stage = 0; stage < plan.tiles.size(); ++stage) {
    look(plan.kept[stage], kept_phase(stage));
    look(plan.tiles[stage], tile_phase(stage));
  }
  return last;
}

// Do threads read the input when they begin, while others already work on items?
bool read_at_setup(const Plan& plan, int input) {
  return std::any_of(plan.setup.begin(), plan.setup.end(),
                     [&](const Step& step) { return input_of(step) == input; });
}

bool same_memory(const Access& a, const Access& b) {
  return a.strides == b.strides && size_of(a.type.dtype) == size_of(b.type.dtype) &&
         a.type.shape.elements() == b.type.shape.elements();
}

// Does every element of the memory belong to one point of the space (or, of a kept value, to one point of the
// kept axes)? What is broadcast along an axis is read again by others.
bool visited_once(const Geometry& g, const Access& access, Level level) {
  std::vector<std::pair<std::int64_t, std::int64_t>> steps;
  for (std::size_t axis = 0; axis < g.axes.size(); ++axis) {
    if (g.axes[axis].extent > 1 && !(level == Level::kept && g.reduces(axis)))
      steps.emplace_back(access.strides[axis], g.axes[axis].extent);
  }
  std::sort(steps.begin(), steps.end());
  std::int64_t reach = 0;  // the largest offset that the axes so far lead to
  for (const auto& [stride, extent] : steps) {
    if (stride <= reach) return false;
    reach += stride * (extent - 1);
  }
  return true;
}

bool dense(const Geometry& g, const Access& access) {
  const bool column = access.strides[g.column_axis()] == 1 || g.axes[g.column_axis()].extent == 1;
  return column && (g.rows == 1 || access.strides[g.row_axis()] == g.axes[g.column_axis()].extent);
}

// Inputs an output could take over, with the last step that reads each.
std::vector<std::pair<int, Time>> partners(const Plan& plan, const Access& output, Level level) {
  std::vector<std::pair<int, Time>> found;
  const Geometry& g = plan.geometry;
  if (!visited_once(g, output, level)) return found;
  const bool alone = g.items == 1 && g.splits == 1;
  for (const Access& input : plan.in) {
    if (!same_memory(input, output) || (read_at_setup(plan, input.argument) && !alone)) continue;
    found.emplace_back(input.argument, last_read(plan, input.argument));
  }
  return found;
}

// Adds the inputs that have been read by the time an output is written.
void add_pairs(Plan& plan, int output, Level level, const Time& written) {
  for (const auto& [input, read] : partners(plan, plan.out[static_cast<std::size_t>(output)], level)) {
    if (read <= written) plan.in_place.push_back({input, output});
  }
}

// Turns a store into a pointer set before its value is computed.
void point_output(Plan& plan, std::size_t stage, std::size_t index) {
  std::vector<Step>& steps = plan.tiles[stage];
  const StoreStep store = std::get<StoreStep>(steps[index]);
  const Access& access = plan.out[static_cast<std::size_t>(store.output)];
  Slot& slot = plan.slots[static_cast<std::size_t>(store.in)];
  const bool native = register_type(access.type.dtype) == access.type.dtype;
  if (slot.level != Level::full || slot.pointed || slot.advance == 0 || !native ||
      !dense(plan.geometry, access))
    return;
  const auto writes = [&](const Step& step) { return contains(slots_written(plan, step), store.in); };
  const auto end = steps.begin() + static_cast<std::ptrdiff_t>(index);
  const auto first = std::find_if(steps.begin(), end, writes);
  if (first == end) return;  // computed in an earlier stage
  // Inputs that are read later cannot share memory with this output; one that is not may be all that matters.
  const auto pairs = partners(plan, access, Level::full);
  const Time written{tile_phase(stage), static_cast<std::size_t>(first - steps.begin())};
  const auto is_safe = [&](const auto& pair) { return pair.second <= written; };
  if (!pairs.empty() && std::none_of(pairs.begin(), pairs.end(), is_safe)) return;
  slot.pointed = true;
  *end = PointOutputStep{store.output, store.in};
  std::rotate(first, end, end + 1);
}

// The step that writes an output which is pointed at: the next one that is not such a step itself.
std::size_t producer_of(const std::vector<Step>& steps, std::size_t point) {
  while (std::holds_alternative<PointOutputStep>(steps[point])) ++point;
  return point;
}

void find_pairs(Plan& plan) {
  const std::size_t last = plan.kept.size() - 1;  // where all values of the kept axes are stored
  for (std::size_t i = 0; i < plan.kept[last].size(); ++i) {
    if (const auto* store = std::get_if<StoreStep>(&plan.kept[last][i]))
      add_pairs(plan, store->output, store->level, {kept_phase(last), i});
  }
  for (std::size_t stage = 0; stage < plan.tiles.size(); ++stage) {
    const std::vector<Step>& steps = plan.tiles[stage];
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (const auto* store = std::get_if<StoreStep>(&steps[i]))
        add_pairs(plan, store->output, store->level, {tile_phase(stage), i});
      if (const auto* point = std::get_if<PointOutputStep>(&steps[i]))
        add_pairs(plan, point->output, Level::full, {tile_phase(stage), producer_of(steps, i)});
    }
  }
}

}  // namespace

void point_outputs(Plan& plan) {
  for (std::size_t stage = 0; stage < plan.tiles.size(); ++stage) {
    for (std::size_t i = 0; i < plan.tiles[stage].size(); ++i) {
      if (std::holds_alternative<StoreStep>(plan.tiles[stage][i])) point_output(plan, stage, i);
    }
  }
  find_pairs(plan);
}

}  // namespace luge::cpu::fused
