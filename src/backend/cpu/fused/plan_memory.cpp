// Where the registers of a plan live: in outputs, in memory shared with inputs, in the frame of a thread.
#include <algorithm>

#include "backend/cpu/fused/plan.h"

namespace luge::cpu::fused {
namespace {

std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }
std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

// Position of a step in the walk over an item: what runs before the walk, stage after stage the kept steps
// and then those of a tile.
struct Position {
  std::size_t phase, index;
  auto operator<=>(const Position&) const = default;
};
constexpr std::size_t kept_phase(std::size_t stage) { return 2 * stage + 1; }
constexpr std::size_t tile_phase(std::size_t stage) { return 2 * stage + 2; }

bool is_input(const Step& step) {
  using enum Step::Kind;
  return step.kind == load || step.kind == splat_in || step.kind == point_in || step.kind == random;
}

// The last step that reads an input's memory, by copying or through a slot that points there.
Position last_read(const Plan& plan, int input) {
  Position last{0, 0};
  std::vector<int> pointing;
  const auto look = [&](const std::vector<Step>& steps, std::size_t phase) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const bool own = is_input(steps[i]) && steps[i].access == input;
      if (own && steps[i].kind == Step::Kind::point_in) pointing.push_back(steps[i].out);
      const auto reads = [&](int slot) { return reads_slot(plan, steps[i], slot); };
      if (own || std::any_of(pointing.begin(), pointing.end(), reads)) last = {phase, i};
    }
  };
  for (std::size_t stage = 0; stage < plan.tiles.size(); ++stage) {
    look(plan.kept[stage], kept_phase(stage));
    look(plan.tiles[stage], tile_phase(stage));
  }
  return last;
}

// Is the input read by whoever begins to work, other items being under way?
bool read_at_setup(const Plan& plan, int input) {
  return std::any_of(plan.setup.begin(), plan.setup.end(),
                     [&](const Step& step) { return is_input(step) && step.access == input; });
}

bool same_places(const Access& a, const Access& b) {
  return a.strides == b.strides && size_of(a.type.dtype) == size_of(b.type.dtype) &&
         a.type.shape.elements() == b.type.shape.elements();
}

// Does every place belong to one element of the space (or, of a kept value, to one place of the kept axes)?
// What is broadcast along an axis is read again by others.
bool visited_once(const Geometry& g, const Access& access, Level level) {
  std::vector<std::pair<std::int64_t, std::int64_t>> steps;
  for (std::size_t axis = 0; axis < g.axes.size(); ++axis) {
    if (g.axes[axis].extent > 1 && !(level == Level::kept && g.reduces(axis)))
      steps.emplace_back(access.strides[axis], g.axes[axis].extent);
  }
  std::sort(steps.begin(), steps.end());
  std::int64_t reach = 0;  // the largest place that the axes so far lead to
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
std::vector<std::pair<int, Position>> partners(const Plan& plan, const Access& output, Level level) {
  std::vector<std::pair<int, Position>> found;
  const Geometry& g = plan.geometry;
  if (!visited_once(g, output, level)) return found;
  const bool alone = g.items == 1 && g.splits == 1;
  for (const Access& input : plan.in) {
    if (!same_places(input, output) || (read_at_setup(plan, input.argument) && !alone)) continue;
    found.emplace_back(input.argument, last_read(plan, input.argument));
  }
  return found;
}

// Pairs of the outputs that the step writes, read by then.
void pair(Plan& plan, const Step& store, const Position& written) {
  const Access& output = plan.out[static_cast<std::size_t>(store.access)];
  for (const auto& [input, read] : partners(plan, output, store.level)) {
    if (read <= written) plan.in_place.push_back({input, store.access});
  }
}

// Turns the store at `at` into a pointer set before its value is computed.
void point_output(Plan& plan, std::size_t stage, std::size_t at) {
  std::vector<Step>& steps = plan.tiles[stage];
  const Step store = steps[at];
  const Access& access = plan.out[static_cast<std::size_t>(store.access)];
  const Slot& slot = plan.slots[static_cast<std::size_t>(store.in[0])];
  const bool native = register_type(access.type.dtype) == access.type.dtype;
  if (slot.level != Level::full || slot.pointed || slot.step == 0 || !native || !dense(plan.geometry, access))
    return;
  std::size_t first = at, last = at;
  for (std::size_t i = at; i-- > 0;) {
    if (!writes_slot(plan, steps[i], store.in[0])) continue;
    if (last == at) last = i;
    first = i;
  }
  if (first == at) return;  // computed in an earlier stage
  // Inputs that are read later cannot share memory with this output; one that is not may be all that matters.
  const auto pairs = partners(plan, access, Level::full);
  const Position written{tile_phase(stage), first};
  const auto is_safe = [&](const auto& pair) { return pair.second <= written; };
  if (!pairs.empty() && std::none_of(pairs.begin(), pairs.end(), is_safe)) return;
  plan.slots[static_cast<std::size_t>(store.in[0])].pointed = true;
  Step point;
  point.kind = Step::Kind::point_out;
  point.level = store.level;
  point.access = store.access;
  point.out = store.in[0];
  steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(at));
  steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(first), point);
}

}  // namespace

bool reads_slot(const Plan& plan, const Step& step, int slot) {
  if (step.kind != Step::Kind::code) return std::count(step.in, step.in + 3, slot) != 0;
  const std::vector<int>& reads = plan.codes[static_cast<std::size_t>(step.code)].reads;
  return std::count(reads.begin(), reads.end(), slot) != 0;
}

bool writes_slot(const Plan& plan, const Step& step, int slot) {
  if (step.kind != Step::Kind::code) return step.out == slot;
  const std::vector<int>& writes = plan.codes[static_cast<std::size_t>(step.code)].writes;
  return std::count(writes.begin(), writes.end(), slot) != 0;
}

void point_outputs(Plan& plan) {
  for (std::size_t stage = 0; stage < plan.tiles.size(); ++stage) {
    for (std::size_t i = 0; i < plan.tiles[stage].size(); ++i) {
      if (plan.tiles[stage][i].kind == Step::Kind::store) point_output(plan, stage, i);
    }
  }
  const std::size_t last = plan.kept.size() - 1;  // where all values of the kept axes are stored
  for (std::size_t i = 0; i < plan.kept[last].size(); ++i) {
    if (plan.kept[last][i].kind == Step::Kind::store) pair(plan, plan.kept[last][i], {kept_phase(last), i});
  }
  for (std::size_t stage = 0; stage < plan.tiles.size(); ++stage) {
    for (std::size_t i = 0; i < plan.tiles[stage].size(); ++i) {
      const Step& step = plan.tiles[stage][i];
      if (step.kind != Step::Kind::store && step.kind != Step::Kind::point_out) continue;
      std::size_t written = i;  // a pointed output is written by its producer, the next step that names it
      while (step.kind == Step::Kind::point_out && plan.tiles[stage][written].kind == Step::Kind::point_out)
        ++written;
      pair(plan, step, {tile_phase(stage), written});
    }
  }
}

void place_buffers(Plan& plan) {
  const Geometry& g = plan.geometry;
  const std::int64_t kept = g.kept == KeptExtent::one ? 1 : g.kept == KeptExtent::rows ? g.rows : g.columns;
  for (std::size_t s = 0; s < plan.slots.size(); ++s) {
    Slot& slot = plan.slots[s];
    if (slot.level == Level::scalar) {
      slot.offset = plan.scalar_bytes;
      plan.scalar_bytes += kSplatBytes;
    } else if (slot.level == Level::kept) {
      plan.kept_slots.push_back(s);
      slot.offset = plan.kept_bytes;
      plan.kept_bytes += aligned(std::max(size(kept) * size_of(slot.type), kSplatBytes));
    }
  }
  for (PlanReduction& reduction : plan.reductions) {
    reduction.offset = plan.sum_bytes;
    // Generated code adds whole vectors of sums.
    if (g.walk != Walk::rows) plan.sum_bytes += aligned((size(kept) + 15) / 16 * 16 * 8);
  }

  // Tile buffers: first definition to last use, in the order of the stages.
  constexpr std::size_t kNever = ~std::size_t{0};
  std::vector<const Step*> steps;
  for (const auto& stage : plan.tiles) {
    for (const Step& step : stage) steps.push_back(&step);
  }
  std::vector<std::size_t> last(plan.slots.size(), 0);
  std::vector<std::vector<int>> written(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = *steps[i];
    std::vector<int> slots(std::begin(step.in), std::end(step.in));
    if (step.kind == Step::Kind::code) {
      const PlanCode& code = plan.codes[size(step.code)];
      slots.insert(slots.end(), code.reads.begin(), code.reads.end());
      written[i] = code.writes;
    } else if (step.out >= 0 && step.kind != Step::Kind::reduce) {
      written[i] = {step.out};
    }
    slots.insert(slots.end(), written[i].begin(), written[i].end());
    for (int slot : slots) {
      if (slot >= 0) last[size(slot)] = i;
    }
  }
  struct Block {
    std::size_t offset, bytes, free_from;
  };
  std::vector<Block> blocks;
  std::vector<bool> placed(plan.slots.size(), false);
  const auto place = [&](std::size_t s, std::size_t i) {
    Slot& slot = plan.slots[s];
    if (placed[s] || slot.pointed || slot.level != Level::full) return;
    placed[s] = true;
    const std::size_t bytes =
        slot.step == 0 ? kSplatBytes : aligned(size(g.rows * g.columns) * size_of(slot.type));
    const auto fits = [&](const Block& block) { return block.bytes == bytes && block.free_from <= i; };
    auto block = std::find_if(blocks.begin(), blocks.end(), fits);
    if (block == blocks.end()) {
      blocks.push_back({plan.full_bytes, bytes, kNever});
      plan.full_bytes += bytes;
      block = blocks.end() - 1;
    }
    slot.offset = block->offset;
    block->free_from = last[s] + 1;
  };
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (int slot : written[i]) place(size(slot), i);
  }
}

std::size_t Plan::frame_bytes() const {
  return aligned(scalar_bytes) + aligned(kept_bytes) + aligned(sum_bytes) + aligned(full_bytes) +
         aligned(slots.size() * sizeof(void*));
}

// Of all items whose walk is cut into parts: their kept registers, and the sums of every part.
std::size_t Plan::split_bytes() const {
  if (geometry.splits == 1) return 0;
  return size(geometry.items) * (aligned(kept_bytes) + size(geometry.splits) * aligned(sum_bytes));
}

}  // namespace luge::cpu::fused
