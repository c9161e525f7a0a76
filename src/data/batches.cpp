#include "luge/data/batches.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/nearest.h"
#include "data/collector.h"
#include "data/mixer.h"
#include "data/prefetch.h"
#include "data/spent.h"
#include "luge/error.h"

namespace luge::data {

struct Epoch::State {
  std::shared_ptr<const Source> source;
  std::shared_ptr<const Collector> collector;
  std::shared_ptr<const Mixer> mixer;  // null: batches are as they are collected
  std::int64_t epoch, next, count, batch_size;
  std::unique_ptr<Prefetcher> prefetcher;

  HostBatch load(std::int64_t index) const {
    HostBatch batch;
    batch.epoch = epoch;
    batch.index = index;
    batch.first = index * batch_size;
    batch.rows = std::min(batch_size, source->size() - batch.first);
    batch.source = source;
    collector->collect(batch);
    if (mixer) mixer->mix(batch);
    return batch;
  }
};

Batch HostBatch::to_tensors() const {
  Batch batch;
  for (const auto& [name, value] : values) {
    batch.set(name, tensor_from_bytes(value.bytes, value.field.dtype, value.field.shape));
  }
  batch.host = host;
  return batch;
}

void Batch::set(std::string_view name, Tensor value) {
  if (name == kInput) {
    input = std::move(value);
  } else if (name == kTarget) {
    target = std::move(value);
  } else {
    others.set(name, std::move(value));
  }
}

const Tensor* Batch::find(std::string_view name) const {
  if (name == kInput) return input.defined() ? &input : nullptr;
  if (name == kTarget) return target.defined() ? &target : nullptr;
  return others.find(name);
}

const Tensor& Batch::operator[](std::string_view name) const {
  if (const Tensor* tensor = find(name)) return *tensor;
  throw ValueError(fmt::format("the batch has no tensor '{}'{}", name, suggestion(name, tensors().names())));
}

const std::vector<HostArray>& Batch::host_values(std::string_view name) const {
  std::vector<std::string> known;
  for (const auto& [other, values] : host) {
    if (other == name) return values;
    known.push_back(other);
  }
  throw ValueError(fmt::format("the batch has no host values '{}'{}", name, suggestion(name, known)));
}

NamedTensors Batch::tensors() const {
  NamedTensors all;
  if (input.defined()) all.set(kInput, input);
  if (target.defined()) all.set(kTarget, target);
  for (const auto& [name, tensor] : others) all.set(name, tensor);
  return all;
}

Record HostBatch::record(std::int64_t row) const { return read_record(*source, first + row); }

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
    give_back(std::move(*batch));
  } else {
    state_.reset();
    batch_ = {};
  }
  return *this;
}

Batches::Batches(Dataset dataset, std::int64_t size, const BatchOptions& options)
    : dataset_(std::move(dataset)), batch_size_(size), options_(options) {
  if (size < 1) throw ValueError(fmt::format("batch: size is {}; expected at least 1", size));
  collector_ = std::make_shared<const Collector>(dataset_.info().fields, options.collate);
  fields_ = collector_->fields();
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

Batches Batches::mix(const BatchAugmentation& augmentation, const MixOptions& options) const {
  Batches copy = *this;
  copy.mixer_ = std::make_shared<const Mixer>(augmentation, options, fields_);
  copy.fields_ = copy.mixer_->fields();
  return copy;
}

Epoch Batches::epoch(std::int64_t epoch, std::int64_t first) const {
  const auto own = dataset_.source()->at_epoch(epoch);
  auto state = std::make_shared<Epoch::State>(Epoch::State{own ? own : dataset_.source(), collector_, mixer_,
                                                           epoch, first, size(), batch_size_, nullptr});
  const int workers = loader_workers(prefetch_.workers);
  if (workers > 0 && first < state->count) {
    // A loader has a state of its own: the epoch's state owns the loaders.
    const auto plain = std::make_shared<const Epoch::State>(
        Epoch::State{state->source, collector_, mixer_, epoch, first, state->count, batch_size_, nullptr});
    auto load = [plain](std::int64_t index) { return plain->load(index); };
    state->prefetcher =
        std::make_unique<Prefetcher>(std::move(load), first, state->count, workers, prefetch_.depth);
  }
  return Epoch(std::move(state));
}

Epoch::Iterator Batches::begin() { return epoch(next_epoch_++).begin(); }

}  // namespace luge::data
