// Where the registers of a plan live: in outputs, in memory shared with inputs, in the frame of a thread.
#include <algorithm>

#include "backend/cpu/fused/plan.h"

namespace luge::tiles {
namespace {

std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }
std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

// Position of a step in the walk over an item: stage, then place in the tile.
struct Position {
  std::size_t stage, index;
  auto operator<=>(const Position&) const = default;
};

// The last step of a tile that reads an input's memory, through a slot that points there or by copying.
Position last_read(const Plan& plan, int input) {
  Position last{0, 0};
  for (std::size_t stage = 0; stage < plan.tiles.size(); ++stage) {
    std::vector<int> pointing;
    for (std::size_t i = 0; i < plan.tiles[stage].size(); ++i) {
      const Step& step = plan.tiles[stage][i];
      const bool is_input = step.kind == Step::Kind::load || step.kind == Step::Kind::splat_in ||
                            step.kind == Step::Kind::point_in;
      if (is_input && step.access == input) {
        last = {stage, i};
        if (step.kind == Step::Kind::point_in) pointing.push_back(step.out);
      }
      if (std::any_of(pointing.begin(), pointing.end(),
                      [&](int slot) { return reads_slot(plan, step, slot); })) {
        last = {stage, i};
      }
    }
    // Where stages share their registers, a later one may read through an earlier pointer.
    if (!plan.geometry.resident) continue;
    for (std::size_t later = stage + 1; later < plan.tiles.size(); ++later) {
      for (std::size_t i = 0; i < plan.tiles[later].size(); ++i) {
        for (int slot : pointing) {
          if (reads_slot(plan, plan.tiles[later][i], slot)) last = std::max(last, Position{later, i});
        }
      }
    }
  }
  return last;
}

bool same_places(const Access& a, const Access& b) {
  return a.strides == b.strides && size_of(a.type.dtype) == size_of(b.type.dtype) &&
         a.type.shape.elements() == b.type.shape.elements();
}

bool dense(const Geometry& g, const Access& access) {
  const bool column = access.strides[g.column_axis()] == 1 || g.axes[g.column_axis()].extent == 1;
  return column && (g.rows == 1 || access.strides[g.row_axis()] == g.axes[g.column_axis()].extent);
}

// Inputs an output could take over, with the last step that reads each.
std::vector<std::pair<int, Position>> partners(const Plan& plan, const Access& output) {
  std::vector<std::pair<int, Position>> found;
  for (const Access& input : plan.in) {
    if (same_places(input, output)) found.emplace_back(input.argument, last_read(plan, input.argument));
  }
  return found;
}

// Turns the store at `at` into a pointer set before its value is computed.
void point_output(Plan& plan, std::size_t stage, std::size_t at) {
  std::vector<Step>& steps = plan.tiles[stage];
  const Step store = steps[at];
  const Access& access = plan.out[static_cast<std::size_t>(store.access)];
  const Slot& slot = plan.slots[static_cast<std::size_t>(store.in[0])];
  const bool native = tiles::register_type(access.type.dtype) == access.type.dtype;
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
  const auto pairs = partners(plan, access);
  const auto is_safe = [&](const auto& pair) { return pair.second <= Position{stage, first}; };
  if (!pairs.empty() && std::none_of(pairs.begin(), pairs.end(), is_safe)) return;
  plan.slots[static_cast<std::size_t>(store.in[0])].pointed = true;
  Step point;
  point.kind = Step::Kind::point_out;
  point.access = store.access;
  point.out = store.in[0];
  steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(at));
  steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(first), point);
}

// Values of the kept axes are stored before the last walk: an input that this walk still reads through a
// pointer stays.
void pair_kept(Plan& plan) {
  for (const Step& store : plan.kept.back()) {
    if (store.kind != Step::Kind::store) continue;
    for (const Access& input : plan.in) {
      bool read = false, pointed = false;
      for (const Step& step : plan.kept.front()) {
        const bool loads = step.kind == Step::Kind::load || step.kind == Step::Kind::splat_in ||
                           step.kind == Step::Kind::point_in;
        if (!loads || step.access != input.argument) continue;
        read = true;
        pointed = step.kind == Step::Kind::point_in;
      }
      const bool safe = !pointed || plan.tiles.back().empty();
      if (read && safe && same_places(input, plan.out[static_cast<std::size_t>(store.access)])) {
        plan.in_place.push_back({input.argument, store.access});
      }
    }
  }
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
  pair_kept(plan);
  for (std::size_t stage = 0; stage < plan.tiles.size(); ++stage) {
    for (std::size_t i = 0; i < plan.tiles[stage].size(); ++i) {
      if (plan.tiles[stage][i].kind == Step::Kind::store) point_output(plan, stage, i);
    }
  }
  for (std::size_t stage = 0; stage < plan.tiles.size(); ++stage) {
    for (std::size_t i = 0; i < plan.tiles[stage].size(); ++i) {
      const Step& step = plan.tiles[stage][i];
      if (step.kind != Step::Kind::store && step.kind != Step::Kind::point_out) continue;
      std::size_t written =
          i;  // a pointed output is written by its producer, the next step that names the slot
      while (step.kind == Step::Kind::point_out && plan.tiles[stage][written].kind == Step::Kind::point_out)
        ++written;
      for (const auto& [input, read] : partners(plan, plan.out[static_cast<std::size_t>(step.access)])) {
        if (read <= Position{stage, written}) plan.in_place.push_back({input, step.access});
      }
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

}  // namespace luge::tiles
