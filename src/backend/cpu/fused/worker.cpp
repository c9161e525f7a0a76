#include "backend/cpu/fused/worker.h"

#include <array>
#include <cstring>

namespace luge::cpu::fused {

Worker::Worker(const Plan& plan, const KernelCall& call, std::byte* frame)
    : plan_(plan), g_(plan.geometry), call_(call), cursor_(plan.geometry) {
  std::byte* scalars = frame;
  std::byte* kept = scalars + aligned(plan.scalar_bytes);
  sums_ = kept + aligned(plan.kept_bytes);
  std::byte* full = sums_ + aligned(plan.sum_bytes);
  pointers_ = reinterpret_cast<std::byte**>(full + aligned(plan.full_bytes));
  const auto area = [&](Level level) {
    return level == Level::scalar ? scalars : level == Level::kept ? kept : full;
  };
  for (std::size_t s = 0; s < plan.slots.size(); ++s)
    pointers_[s] = area(plan.slots[s].level) + plan.slots[s].offset;
  execute(plan.setup);
}

void Worker::item(std::int64_t index) {
  cursor_.enter_item(index);
  for (std::size_t stage = 0; stage < plan_.tiles.size(); ++stage) {
    kept_steps(stage);
    if (g_.walk != Walk::rows) begin(stage, sums_);
    walk(stage, 0, g_.tiles, sums_);
    if (g_.walk != Walk::rows) finish(stage, sums_);
  }
}

void Worker::before_part(std::int64_t index, std::byte* kept) {
  cursor_.enter_item(index);
  for (std::size_t s : plan_.kept_slots) pointers_[s] = kept + plan_.slots[s].offset;
}

void Worker::part(std::size_t stage, std::int64_t split, std::byte* sums) {
  begin(stage, sums);
  walk(stage, g_.tiles * split / g_.splits, g_.tiles * (split + 1) / g_.splits, sums);
}

void Worker::begin(std::size_t stage, std::byte* sums) const {
  for (int r : plan_.reduced[stage])
    reduction(r).functions.begin(sums + reduction(r).offset, cursor_.kept_elements());
}

void Worker::join(std::size_t stage, std::byte* sums, const std::byte* other) const {
  for (int r : plan_.reduced[stage]) {
    const std::size_t offset = reduction(r).offset;
    reduction(r).functions.join(sums + offset, other + offset, cursor_.kept_elements());
  }
}

void Worker::finish(std::size_t stage, const std::byte* sums) {
  for (int r : plan_.reduced[stage]) {
    const PlanReduction& reduction = this->reduction(r);
    reduction.functions.finish(pointers_[reduction.slot], sums + reduction.offset, cursor_.kept_elements());
    fill_splat(reduction.slot, reduction.splat);
  }
}

void Worker::walk(std::size_t stage, std::int64_t first, std::int64_t last, std::byte* sums) {
  if (plan_.tiles[stage].empty()) return;
  tile_sums_ = sums;
  for (int r : plan_.reduced[stage]) {
    if (reduction(r).sums >= 0) pointers_[reduction(r).sums] = sums + reduction(r).offset;
  }
  for (std::int64_t tile = first; tile < last; ++tile) {
    cursor_.enter_tile(tile);
    execute(plan_.tiles[stage]);
  }
  cursor_.leave_tiles();
}

void Worker::execute(const std::vector<Step>& steps) {
  for (const Step& step : steps) std::visit([this](const auto& kind) { run(kind); }, step);
}

// A slot of one element is a splat of it.
void Worker::fill_splat(int slot, SplatFunction splat) {
  if (this->slot(slot).advance == 0) splat(pointers_[slot], pointers_[slot]);
}

std::int64_t Worker::kept_stride(const Access& access) const {
  if (g_.kept == KeptExtent::one) return 0;
  return access.strides[g_.kept == KeptExtent::rows ? g_.row_axis() : g_.column_axis()];
}

void Worker::run(const MapStep& map) {
  std::array<const void*, 3> in;
  std::array<std::size_t, 3> advance;
  for (std::size_t k = 0; k < static_cast<std::size_t>(map.operands); ++k) {
    in[k] = pointers_[map.in[k]];
    advance[k] = slot(map.in[k]).advance;
  }
  map.function(pointers_[map.out], in.data(), advance.data(), cursor_.elements(map.level));
  fill_splat(map.out, map.splat);
}

void Worker::run(const RoundStep& round) {
  std::byte* values = pointers_[round.slot];
  const void* in[] = {values};
  round.function(values, in, &slot(round.slot).advance, cursor_.elements(round.level));
  fill_splat(round.slot, round.splat);
}

// Standing values are computed for the whole splat at once.
void Worker::run(const CodeStep& run) {
  const PlanCode& made = plan_.codes[static_cast<std::size_t>(run.code)];
  const auto loop = made.code->as<jit::Loop>();
  if (run.level != Level::full) {
    const std::size_t count =
        g_.kept == KeptExtent::one ? kSplatBytes / sizeof(float) : cursor_.kept_elements();
    return loop(pointers_, 1, static_cast<std::int64_t>(count));
  }
  if (made.by_rows) return loop(pointers_, cursor_.rows(), cursor_.columns());
  loop(pointers_, 1, cursor_.elements());
}

void Worker::run(const RandomStep& random) {
  const void* key = call_.in[random.key];
  std::int64_t index = cursor_.row_major();
  const std::int64_t pitch = g_.axes[g_.row_axis()].row_major, columns = cursor_.columns();
  std::byte* out = pointers_[random.out];
  if (cursor_.rows() == 1 || pitch == columns) {
    return random_tile(out, random.dtype, key, static_cast<std::uint64_t>(index), size(cursor_.elements()));
  }
  const std::size_t row_bytes = size(columns) * size_of(register_type(random.dtype));
  for (std::int64_t row = 0; row < cursor_.rows(); ++row, index += pitch, out += row_bytes) {
    random_tile(out, random.dtype, key, static_cast<std::uint64_t>(index), size(columns));
  }
}

void Worker::run(const LoadStep& load) {
  const Access& access = input_access(load.input);
  const std::byte* from = input(load.input);
  std::byte* to = pointers_[load.out];
  if (load.level != Level::full)
    return load.move.load(to, from, kept_stride(access), cursor_.kept_elements());
  const std::int64_t column = access.strides[g_.column_axis()];
  const std::int64_t row = access.strides[g_.row_axis()];
  const std::int64_t columns = cursor_.columns();
  if (cursor_.rows() == 1 || row == column * columns)
    return load.move.load(to, from, column, size(cursor_.elements()));
  const std::size_t register_row = size(columns) * size_of(register_type(access.type.dtype));
  const std::int64_t memory_row = row * static_cast<std::int64_t>(size_of(access.type.dtype));
  for (std::int64_t r = 0; r < cursor_.rows(); ++r, to += register_row, from += memory_row) {
    load.move.load(to, from, column, size(columns));
  }
}

void Worker::run(const SplatInputStep& splat) {
  std::byte* to = pointers_[splat.out];
  splat.move.load(to, input(splat.input), 1, 1);
  splat.move.splat(to, to);
}

void Worker::run(const SplatConstantStep& splat) {
  std::byte* to = pointers_[splat.out];
  splat.move.load(to, &plan_.constants[static_cast<std::size_t>(splat.constant)], 1, 1);
  splat.move.splat(to, to);
}

void Worker::run(const ExpandStep& expand) {
  const std::byte* from = pointers_[expand.in];
  std::byte* to = pointers_[expand.out];
  const std::size_t element = size_of(slot(expand.out).type);
  const std::size_t columns = size(cursor_.columns());
  for (std::int64_t r = 0; r < cursor_.rows(); ++r, to += columns * element) {
    if (g_.kept == KeptExtent::rows) {
      expand.move.load(to, from + size(r) * element, 0, columns);
    } else {
      std::memcpy(to, from, columns * element);
    }
  }
}

void Worker::run(const ReduceStep& reduce) {
  const PlanReduction& reduction = this->reduction(reduce.reduction);
  const std::byte* from = pointers_[reduce.in];
  const std::size_t advance = slot(reduce.in).advance;
  const std::size_t rows = size(cursor_.rows()), columns = size(cursor_.columns());
  switch (g_.walk) {
    case Walk::rows:
      reduction.functions.rows(pointers_[reduction.slot], from, advance, rows, columns);
      return fill_splat(reduction.slot, reduction.splat);
    case Walk::columns:
      return reduction.functions.columns(tile_sums_ + reduction.offset, from, advance, rows, columns);
    case Walk::map:
    case Walk::long_rows:
      return reduction.functions.all(tile_sums_ + reduction.offset, from, advance,
                                     cursor_.elements(reduce.level));
  }
}

void Worker::run(const StoreStep& store) {
  const Access& access = output_access(store.output);
  std::byte* to = output(store.output);
  const std::byte* from = pointers_[store.in];
  const std::size_t advance = slot(store.in).advance;
  if (store.level != Level::full)
    return store.move.store(to, kept_stride(access), from, advance, cursor_.kept_elements());
  const std::int64_t column = access.strides[g_.column_axis()];
  const std::int64_t row = access.strides[g_.row_axis()];
  const std::int64_t columns = cursor_.columns();
  if (cursor_.rows() == 1 || row == column * columns)
    return store.move.store(to, column, from, advance, size(cursor_.elements()));
  const std::size_t register_row = size(columns) * size_of(register_type(access.type.dtype)) * advance;
  const std::int64_t memory_row = row * static_cast<std::int64_t>(size_of(access.type.dtype));
  for (std::int64_t r = 0; r < cursor_.rows(); ++r, to += memory_row, from += register_row) {
    store.move.store(to, column, from, advance, size(columns));
  }
}

}  // namespace luge::cpu::fused
