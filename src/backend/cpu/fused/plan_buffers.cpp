// Where the registers of a plan are in the frame of a thread.
#include <algorithm>

#include "backend/cpu/fused/plan_passes.h"
#include "backend/cpu/fused/sizes.h"

namespace luge::cpu::fused {
namespace {

std::int64_t kept_elements(const Geometry& g) {
  switch (g.kept) {
    case KeptExtent::one: return 1;
    case KeptExtent::rows: return g.rows;
    case KeptExtent::columns: return g.columns;
  }
  return 1;
}

// Scalars and kept values each have a buffer of their own.
void assign_lasting_buffers(Plan& plan) {
  const std::size_t kept = size(kept_elements(plan.geometry));
  for (std::size_t s = 0; s < plan.slots.size(); ++s) {
    Slot& slot = plan.slots[s];
    if (slot.level == Level::scalar) {
      slot.offset = plan.scalar_bytes;
      plan.scalar_bytes += kSplatBytes;
    } else if (slot.level == Level::kept) {
      plan.kept_slots.push_back(s);
      slot.offset = plan.kept_bytes;
      plan.kept_bytes += aligned(std::max(kept * size_of(slot.type), kSplatBytes));
    }
  }
}

void assign_sums(Plan& plan) {
  const std::size_t kept = size(kept_elements(plan.geometry));
  for (PlanReduction& reduction : plan.reductions) {
    reduction.offset = plan.sum_bytes;
    // Generated code adds whole vectors of sums.
    if (plan.geometry.walk != Walk::rows) plan.sum_bytes += aligned((kept + 15) / 16 * 16 * 8);
  }
}

/// Tile buffers, shared by values that are not needed at the same time.
class TileBuffers {
 public:
  explicit TileBuffers(Plan& plan) : plan_(plan), assigned_(plan.slots.size(), false) {
    for (const auto& stage : plan.tiles) {
      for (const Step& step : stage) steps_.push_back(&step);
    }
  }

  void assign() {
    const std::vector<std::size_t> last = last_uses();
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      for (int slot : slots_written(plan_, *steps_[i])) assign_slot(size(slot), i, last[size(slot)]);
    }
  }

 private:
  static constexpr std::size_t kNever = ~std::size_t{0};
  struct Buffer {
    std::size_t offset, bytes, free_from;  // free_from: the step
  };

  // Steps in the order of the stages.
  std::vector<std::size_t> last_uses() const {
    std::vector<std::size_t> last(plan_.slots.size(), 0);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      for (int slot : slots_read(plan_, *steps_[i])) last[size(slot)] = i;
      for (int slot : slots_written(plan_, *steps_[i])) last[size(slot)] = i;
    }
    return last;
  }

  void assign_slot(std::size_t s, std::size_t step, std::size_t last) {
    Slot& slot = plan_.slots[s];
    if (assigned_[s] || slot.pointed || slot.level != Level::full) return;
    assigned_[s] = true;
    const Geometry& g = plan_.geometry;
    const std::size_t bytes =
        slot.advance == 0 ? kSplatBytes : aligned(size(g.rows * g.columns) * size_of(slot.type));
    const auto fits = [&](const Buffer& buffer) { return buffer.bytes == bytes && buffer.free_from <= step; };
    auto buffer = std::find_if(buffers_.begin(), buffers_.end(), fits);
    if (buffer == buffers_.end()) {
      buffers_.push_back({plan_.full_bytes, bytes, kNever});
      plan_.full_bytes += bytes;
      buffer = buffers_.end() - 1;
    }
    slot.offset = buffer->offset;
    buffer->free_from = last + 1;
  }

  Plan& plan_;
  std::vector<const Step*> steps_;
  std::vector<bool> assigned_;
  std::vector<Buffer> buffers_;
};

}  // namespace

void assign_buffers(Plan& plan) {
  assign_lasting_buffers(plan);
  assign_sums(plan);
  TileBuffers(plan).assign();
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
