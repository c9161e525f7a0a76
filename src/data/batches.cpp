#include "luge/data/batches.h"

#include <fmt/format.h>

#include <cmath>

#include "data/prefetch.h"
#include "luge/error.h"

namespace luge::data {
namespace {

Field with_rows(const Field& field, std::int64_t rows) {
  return {field.dtype, field.shape.inserted(0, rows)};
}

template <class T>
void check_finite(const HostBatch& batch, const HostArray& array, std::string_view what) {
  const auto values = array.as<T>();
  float sum =
      0;  // 0 * x is 0 for every finite x: a loop without branches, which is enough in nearly all cases
  for (const T value : values) sum += 0.0f * static_cast<float>(value);
  if (sum == 0) return;
  const std::size_t length = values.size() / static_cast<std::size_t>(batch.rows);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    throw ValueError(fmt::format("{}: {} value {} is {}; expected a finite number",
                                 batch.where(static_cast<std::int64_t>(i / length)), what, i % length,
                                 values[i]));
  }
}

void check_finite(const HostBatch& batch, const HostArray& array, std::string_view what) {
  if (array.field.dtype == f32) check_finite<float>(batch, array, what);
  if (array.field.dtype == f64) check_finite<double>(batch, array, what);
}

}  // namespace

struct Epoch::State {
  std::shared_ptr<const Source> source;
  std::int64_t epoch, next, count, batch_size;
  std::unique_ptr<Prefetcher> prefetcher;

  HostBatch load(std::int64_t index) const {
    HostBatch batch;
    batch.epoch = epoch;
    batch.index = index;
    batch.first = index * batch_size;
    batch.rows = std::min(batch_size, source->size() - batch.first);
    batch.source = source;
    const Info& info = source->info();
    batch.input = HostArray(with_rows(info.input, batch.rows));
    if (info.target) batch.target = HostArray(with_rows(*info.target, batch.rows));
    const std::size_t input = info.input.bytes(), target = info.target ? info.target->bytes() : 0;
    for (std::int64_t row = 0; row < batch.rows; ++row) {
      const auto r = static_cast<std::size_t>(row);
      source->read(batch.first + row, std::span(batch.input.bytes).subspan(r * input, input),
                   std::span(batch.target.bytes).subspan(r * target, target));
    }
    check_finite(batch, batch.input, "input");
    if (info.target) check_finite(batch, batch.target, "target");
    return batch;
  }
};

Batch HostBatch::to_tensors() const {
  Batch batch{tensor_from_bytes(input.bytes, input.field.dtype, input.field.shape), {}};
  if (source->info().target)
    batch.target = tensor_from_bytes(target.bytes, target.field.dtype, target.field.shape);
  return batch;
}

std::string HostBatch::where(std::int64_t row) const { return source->where(first + row); }

std::optional<HostBatch> Epoch::next() {
  if (state_->next >= state_->count) return std::nullopt;
  const std::int64_t index = state_->next++;
  return state_->prefetcher ? state_->prefetcher->take() : state_->load(index);
}

Epoch::Iterator Epoch::begin() { return Iterator(state_); }

Epoch::Iterator::Iterator(std::shared_ptr<State> state) : state_(std::move(state)) { ++*this; }

Epoch::Iterator& Epoch::Iterator::operator++() {
  auto batch = Epoch(state_).next();
  if (batch) {
    batch_ = batch->to_tensors();
  } else {
    state_.reset();
    batch_ = {};
  }
  return *this;
}

Batches::Batches(Dataset dataset, std::int64_t size, const BatchOptions& options)
    : dataset_(std::move(dataset)), batch_size_(size), options_(options) {
  if (size < 1) throw ValueError(fmt::format("batch: size is {}; expected at least 1", size));
}

std::int64_t Batches::size() const {
  const std::int64_t samples = dataset_.size(), full = samples / batch_size_;
  return options_.drop_last ? full : full + (samples % batch_size_ != 0);
}

Batches Batches::prefetch(const PrefetchOptions& options) const {
  constexpr int most_workers = 256, most_depth = 4096;
  if (options.depth < 1 || options.depth > most_depth) {
    throw ValueError(
        fmt::format("prefetch: depth is {}; expected at least 1, at most {}", options.depth, most_depth));
  }
  if (options.workers < PrefetchOptions::automatic || options.workers > most_workers) {
    throw ValueError(fmt::format("prefetch: workers is {}; expected at least 0, at most {}", options.workers,
                                 most_workers));
  }
  Batches copy = *this;
  copy.prefetch_ = options;
  return copy;
}

Epoch Batches::epoch(std::int64_t epoch, std::int64_t first) const {
  const auto own = dataset_.source()->at_epoch(epoch);
  auto state = std::make_shared<Epoch::State>(
      Epoch::State{own ? own : dataset_.source(), epoch, first, size(), batch_size_, nullptr});
  const int workers = loader_workers(prefetch_.workers);
  if (workers > 0 && first < state->count) {
    // Each loader has its own state: the epoch's state owns the loaders.
    const auto plain = std::make_shared<const Epoch::State>(
        Epoch::State{state->source, epoch, first, state->count, batch_size_, nullptr});
    auto load = [plain](std::int64_t index) { return plain->load(index); };
    state->prefetcher =
        std::make_unique<Prefetcher>(std::move(load), first, state->count, workers, prefetch_.depth);
  }
  return Epoch(std::move(state));
}

Epoch::Iterator Batches::begin() { return epoch(next_epoch_++).begin(); }

}  // namespace luge::data
