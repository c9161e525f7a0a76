// Batches: a data set some samples at a time, as tensors, epoch after epoch.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "luge/data/dataset.h"
#include "luge/tensor.h"

namespace luge::data {

struct BatchOptions {
  /// Leave out a last batch that is smaller than the others.
  bool drop_last = false;
};

struct PrefetchOptions {
  /// Threads that read ahead. automatic: as many as there are processors that kernels leave free, at most 2.
  static constexpr int automatic = -1;
  int workers = automatic;
  /// Batches that may lie ready.
  int depth = 4;
};

/// input: [batch, …sample shape]; target: the same for targets, not defined() when there are none.
struct Batch {
  Tensor input;
  Tensor target;
};

/// A batch in host memory, and where its rows come from.
struct HostBatch {
  HostArray input;
  HostArray target;
  std::int64_t epoch = 0;
  std::int64_t index = 0;  // among the epoch's batches
  std::int64_t rows = 0;

  Batch to_tensors() const;
  /// File and row of one of its samples.
  std::string where(std::int64_t row) const;

  std::shared_ptr<const Source> source;
  std::int64_t first = 0;  // index in `source` of row 0
};

/// One pass over the data. Reading throws what the source throws, with the sample's place, and ValueError for
/// a value that is not finite.
class Epoch {
 public:
  class Iterator;
  /// The next batch, or none at the end.
  std::optional<HostBatch> next();

  Iterator begin();
  std::default_sentinel_t end() { return {}; }

  struct State;
  explicit Epoch(std::shared_ptr<State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<State> state_;
};

/// Copies are independent. Ranged over, it gives one epoch; over again, the next one with its own order.
class Batches {
 public:
  Batches(Dataset dataset, std::int64_t size, const BatchOptions& options = {});

  const Dataset& dataset() const { return dataset_; }
  /// Batches in an epoch.
  std::int64_t size() const;
  /// Samples in a full batch.
  std::int64_t batch_size() const { return batch_size_; }

  /// Reads ahead on threads of its own. Workers only fill host memory, and the order of batches stays the
  /// same.
  Batches prefetch(const PrefetchOptions& options = {}) const;
  /// The given epoch, from batch `first` on: what a resumed training asks for.
  Epoch epoch(std::int64_t epoch, std::int64_t first = 0) const;

  Epoch::Iterator begin();
  std::default_sentinel_t end() const { return {}; }

 private:
  Dataset dataset_;
  std::int64_t batch_size_;
  BatchOptions options_;
  PrefetchOptions prefetch_ = {.workers = 0};
  std::int64_t next_epoch_ = 0;
};

class Epoch::Iterator {
 public:
  using difference_type = std::ptrdiff_t;
  using value_type = Batch;
  explicit Iterator(std::shared_ptr<State> state);
  const Batch& operator*() const { return batch_; }
  Iterator& operator++();
  void operator++(int) { ++*this; }
  bool operator==(std::default_sentinel_t) const { return state_ == nullptr; }

 private:
  std::shared_ptr<State> state_;
  Batch batch_;
};

}  // namespace luge::data
