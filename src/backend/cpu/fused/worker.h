// One thread's work on a plan: its registers, where it is in the space, and the steps one by one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "backend/cpu/fused/plan.h"

namespace luge::cpu::fused {

inline std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }
inline std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

class Worker {
 public:
  Worker(const Plan& plan, const KernelCall& call, std::byte* frame)
      : plan_(plan), g_(plan.geometry), call_(call) {
    std::byte* scalars = frame;
    kept_ = scalars + aligned(plan.scalar_bytes);
    sums_ = kept_ + aligned(plan.kept_bytes);
    full_ = sums_ + aligned(plan.sum_bytes);
    pointers_ = reinterpret_cast<std::byte**>(full_ + aligned(plan.full_bytes));
    for (std::size_t s = 0; s < plan.slots.size(); ++s) {
      const Slot& slot = plan.slots[s];
      std::byte* area = slot.level == Level::scalar ? scalars : slot.level == Level::kept ? kept_ : full_;
      pointers_[s] = area + slot.offset;
    }
    for (const Step& step : plan.setup) execute(step);
  }

  // An item from beginning to end.
  void item(std::int64_t index) {
    enter(index);
    for (std::size_t stage = 0; stage < plan_.tiles.size(); ++stage) {
      kept_steps(stage);
      if (g_.walk != Walk::rows) begin(stage, sums_);
      walk(stage, 0, g_.tiles, sums_);
      if (g_.walk != Walk::rows) finish(stage, sums_);
    }
  }

  // The parts of an item that is cut: registers that outlive a stage stand in `kept`, sums in `sums`.
  void before_part(std::int64_t index, std::byte* kept) {
    enter(index);
    for (std::size_t s : plan_.kept_slots) pointers_[s] = kept + plan_.slots[s].offset;
  }
  void part(std::size_t stage, std::int64_t split, std::byte* sums) {
    begin(stage, sums);
    walk(stage, g_.tiles * split / g_.splits, g_.tiles * (split + 1) / g_.splits, sums);
  }
  void kept_steps(std::size_t stage) {
    for (const Step& step : plan_.kept[stage]) execute(step);
  }
  void finish(std::size_t stage, std::byte* sums) {
    for (int r : plan_.reduced[stage]) {
      const PlanReduction& reduction = plan_.reductions[static_cast<std::size_t>(r)];
      std::byte* out = pointers_[reduction.slot];
      reduction.functions.finish(out, sums + reduction.offset, kept_count());
      if (g_.kept == KeptExtent::one) reduction.splat(out, out);
    }
  }
  void join(std::size_t stage, std::byte* sums, const std::byte* other) {
    for (int r : plan_.reduced[stage]) {
      const PlanReduction& reduction = plan_.reductions[static_cast<std::size_t>(r)];
      reduction.functions.join(sums + reduction.offset, other + reduction.offset, kept_count());
    }
  }

 private:
  void begin(std::size_t stage, std::byte* sums) {
    for (int r : plan_.reduced[stage]) {
      const PlanReduction& reduction = plan_.reductions[static_cast<std::size_t>(r)];
      reduction.functions.begin(sums + reduction.offset, kept_count());
    }
  }

  // Takes the coordinates of the axes [first, last) out of a linear index, and gives what is left.
  std::int64_t split_index(std::int64_t index, std::size_t first, std::size_t last) {
    for (std::size_t axis = last; axis-- > first;) {
      at_[axis] = index % g_.axes[axis].extent;
      index /= g_.axes[axis].extent;
    }
    return index;
  }
  std::int64_t set_rows(std::int64_t index) {
    const std::int64_t extent = g_.axes[g_.row_axis()].extent;
    const std::int64_t blocks = (extent + g_.rows - 1) / g_.rows;
    at_[g_.row_axis()] = index % blocks * g_.rows;
    rows_ = std::min(g_.rows, extent - at_[g_.row_axis()]);
    return index / blocks;
  }
  std::int64_t set_columns(std::int64_t index) {
    const std::int64_t extent = g_.axes[g_.column_axis()].extent;
    const std::int64_t blocks = (extent + g_.columns - 1) / g_.columns;
    at_[g_.column_axis()] = index % blocks * g_.columns;
    columns_ = std::min(g_.columns, extent - at_[g_.column_axis()]);
    return index / blocks;
  }
  void enter(std::int64_t index) {
    at_.fill(0);
    rows_ = g_.rows;
    columns_ = g_.columns;
    if (g_.column_in_item) index = set_columns(index);
    if (g_.row_in_item) index = set_rows(index);
    split_index(index, 0, g_.outer);
  }
  void walk(std::size_t stage, std::int64_t first, std::int64_t last, std::byte* sums) {
    const std::vector<Step>& steps = plan_.tiles[stage];
    if (steps.empty()) return;
    tile_sums_ = sums;
    for (int r : plan_.reduced[stage]) {
      const PlanReduction& reduction = plan_.reductions[static_cast<std::size_t>(r)];
      if (reduction.sums >= 0) pointers_[reduction.sums] = sums + reduction.offset;
    }
    for (std::int64_t tile = first; tile < last; ++tile) {
      std::int64_t index = tile;
      if (!g_.column_in_item && g_.walk != Walk::rows) index = set_columns(index);
      if (!g_.row_in_item) index = set_rows(index);
      split_index(index, g_.outer, g_.outer + g_.inner);
      for (const Step& step : steps) execute(step);
    }
    // Sums of one place each are of no tile: kept values see the item's own coordinates again.
    for (std::size_t axis = g_.outer; axis < g_.outer + g_.inner; ++axis) at_[axis] = 0;
    if (!g_.row_in_item) at_[g_.row_axis()] = 0;
    if (!g_.column_in_item) at_[g_.column_axis()] = 0;
  }

  std::size_t kept_count() const {
    return g_.kept == KeptExtent::one ? 1 : size(g_.kept == KeptExtent::rows ? rows_ : columns_);
  }
  std::size_t count(const Step& step) const {
    return step.level == Level::full ? size(rows_ * columns_) : step.level == Level::kept ? kept_count() : 1;
  }
  std::byte* address(const Access& access, void* base) const {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < g_.axes.size(); ++axis) offset += at_[axis] * access.strides[axis];
    return static_cast<std::byte*>(base) + offset * static_cast<std::int64_t>(size_of(access.type.dtype));
  }
  std::byte* input(int k) const {
    const Access& access = plan_.in[static_cast<std::size_t>(k)];
    return address(access, call_.in[access.argument]);
  }
  std::byte* output(int k) const {
    const Access& access = plan_.out[static_cast<std::size_t>(k)];
    return address(access, call_.out[access.argument]);
  }
  std::int64_t kept_stride(const Access& access) const {
    if (g_.kept == KeptExtent::one) return 0;
    return access.strides[g_.kept == KeptExtent::rows ? g_.row_axis() : g_.column_axis()];
  }

  void execute(const Step& step) {
    switch (step.kind) {
      case Step::Kind::map: return map(step);
      case Step::Kind::random: return random(step);
      case Step::Kind::load: return load(step);
      case Step::Kind::point_in: pointers_[step.out] = input(step.access); return;
      case Step::Kind::point_out: pointers_[step.out] = output(step.access); return;
      case Step::Kind::splat_in: return splat(step);
      case Step::Kind::expand: return expand(step);
      case Step::Kind::reduce: return reduce(step);
      case Step::Kind::store: return store(step);
      case Step::Kind::code: return generated(step);
    }
  }

  void map(const Step& step) {
    const void* in[3];
    std::size_t advance[3];
    for (int k = 0; k < 3 && step.in[k] >= 0; ++k) {
      in[k] = pointers_[step.in[k]];
      advance[k] = plan_.slots[static_cast<std::size_t>(step.in[k])].step;
    }
    std::byte* out = pointers_[step.out];
    step.map(out, in, advance, count(step));
    if (plan_.slots[static_cast<std::size_t>(step.out)].step == 0) step.move.splat(out, out);
  }

  // Standing values are computed for the whole splat at once.
  void generated(const Step& step) {
    const PlanCode& made = plan_.codes[static_cast<std::size_t>(step.code)];
    const auto loop = made.code->as<jit::Loop>();
    if (step.level != Level::full) {
      const std::size_t count = g_.kept == KeptExtent::one ? kSplatBytes / sizeof(float) : kept_count();
      return loop(pointers_, 1, static_cast<std::int64_t>(count));
    }
    if (made.by_rows) return loop(pointers_, rows_, columns_);
    loop(pointers_, 1, rows_ * columns_);
  }

  void random(const Step& step) {
    const void* key = call_.in[step.access];
    std::int64_t index = 0;
    for (std::size_t axis = 0; axis < g_.axes.size(); ++axis) index += at_[axis] * g_.axes[axis].row_major;
    const std::int64_t pitch = g_.axes[g_.row_axis()].row_major;
    auto* out = pointers_[step.out];
    if (rows_ == 1 || pitch == columns_) {
      return random_tile(out, step.dtype, key, static_cast<std::uint64_t>(index), size(rows_ * columns_));
    }
    const std::size_t row_bytes = size(columns_) * size_of(register_type(step.dtype));
    for (std::int64_t row = 0; row < rows_; ++row, index += pitch, out += row_bytes) {
      random_tile(out, step.dtype, key, static_cast<std::uint64_t>(index), size(columns_));
    }
  }

  void load(const Step& step) {
    const Access& access = plan_.in[static_cast<std::size_t>(step.access)];
    const std::byte* from = input(step.access);
    std::byte* to = pointers_[step.out];
    if (step.level != Level::full) return step.move.load(to, from, kept_stride(access), kept_count());
    const std::int64_t column = access.strides[g_.column_axis()];
    const std::int64_t row = access.strides[g_.row_axis()];
    if (rows_ == 1 || row == column * columns_)
      return step.move.load(to, from, column, size(rows_ * columns_));
    const std::size_t register_row = size(columns_) * size_of(register_type(access.type.dtype));
    const std::int64_t memory_row = row * static_cast<std::int64_t>(size_of(access.type.dtype));
    for (std::int64_t r = 0; r < rows_; ++r, to += register_row, from += memory_row) {
      step.move.load(to, from, column, size(columns_));
    }
  }

  void splat(const Step& step) {
    std::byte* to = pointers_[step.out];
    const void* from = step.access >= 0 ? input(step.access)
                                        : static_cast<const void*>(&plan_.constants[size(-1 - step.access)]);
    step.move.load(to, from, 1, 1);
    step.move.splat(to, to);
  }

  void expand(const Step& step) {
    const std::byte* from = pointers_[step.in[0]];
    std::byte* to = pointers_[step.out];
    const std::size_t element = size_of(plan_.slots[static_cast<std::size_t>(step.out)].type);
    const std::size_t row = size(columns_) * element;
    for (std::int64_t r = 0; r < rows_; ++r, to += row) {
      if (g_.kept == KeptExtent::rows) {
        step.move.load(to, from + size(r) * element, 0, size(columns_));
      } else {
        std::memcpy(to, from, row);
      }
    }
  }

  void reduce(const Step& step) {
    const PlanReduction& reduction = plan_.reductions[static_cast<std::size_t>(step.reduction)];
    const std::byte* from = pointers_[step.in[0]];
    const std::size_t advance = plan_.slots[static_cast<std::size_t>(step.in[0])].step;
    if (g_.walk == Walk::rows) {
      std::byte* out = pointers_[step.out];
      reduction.functions.rows(out, from, advance, size(rows_), size(columns_));
      if (g_.kept == KeptExtent::one) reduction.splat(out, out);
    } else if (g_.walk == Walk::columns) {
      reduction.functions.columns(tile_sums_ + reduction.offset, from, advance, size(rows_), size(columns_));
    } else {
      const std::size_t count = step.level == Level::full ? size(rows_ * columns_) : 1;
      reduction.functions.all(tile_sums_ + reduction.offset, from, advance, count);
    }
  }

  void store(const Step& step) {
    const Access& access = plan_.out[static_cast<std::size_t>(step.access)];
    std::byte* to = output(step.access);
    const std::byte* from = pointers_[step.in[0]];
    const std::size_t advance = plan_.slots[static_cast<std::size_t>(step.in[0])].step;
    if (step.level != Level::full)
      return step.move.store(to, kept_stride(access), from, advance, kept_count());
    const std::int64_t column = access.strides[g_.column_axis()];
    const std::int64_t row = access.strides[g_.row_axis()];
    if (rows_ == 1 || row == column * columns_) {
      return step.move.store(to, column, from, advance, size(rows_ * columns_));
    }
    const std::size_t register_row = size(columns_) * size_of(register_type(access.type.dtype)) * advance;
    const std::int64_t memory_row = row * static_cast<std::int64_t>(size_of(access.type.dtype));
    for (std::int64_t r = 0; r < rows_; ++r, to += memory_row, from += register_row) {
      step.move.store(to, column, from, advance, size(columns_));
    }
  }

  const Plan& plan_;
  const Geometry& g_;
  const KernelCall& call_;
  std::byte *kept_, *sums_, *full_;
  std::byte** pointers_;
  std::byte* tile_sums_ = nullptr;
  std::array<std::int64_t, kMostAxes> at_{};
  std::int64_t rows_ = 1, columns_ = 1;
};

}  // namespace luge::cpu::fused
