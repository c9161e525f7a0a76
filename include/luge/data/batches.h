// Batches: a data set in batches of samples, as tensors, epoch after epoch.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "luge/data/dataset.h"
#include "luge/tensor.h"

namespace luge::data {

/// Options of Dataset::batch.
struct BatchOptions {
  /// Leave out the last batch of an epoch when it is smaller than the others.
  bool drop_last = false;
};

/// Options of Batches::prefetch.
struct PrefetchOptions {
  /// As workers: one thread for each processor that kernels do not use, at most 2.
  static constexpr int automatic = -1;
  int workers = automatic;  ///< threads that read ahead, 0 to 256 or automatic
  int depth = 4;            ///< the number of batches that are read ahead, 1 to 4096
};

/// A batch as tensors.
struct Batch {
  Tensor input;   ///< [rows, …shape of an input]
  Tensor target;  ///< [rows, …shape of a target]; empty when the data set has no targets
};

/// A batch in host memory, and where its samples come from.
struct HostBatch {
  HostArray input;         ///< [rows, …shape of an input]
  HostArray target;        ///< [rows, …shape of a target]; empty when the data set has no targets
  std::int64_t epoch = 0;  ///< the number of the epoch
  std::int64_t index = 0;  ///< the number of the batch in its epoch
  std::int64_t rows = 0;   ///< the number of samples

  /// Copies the batch into tensors.
  Batch to_tensors() const;
  /// Returns where a sample of the batch comes from: its file and row.
  std::string where(std::int64_t row) const;

  std::shared_ptr<const Source> source;  ///< where the samples come from
  std::int64_t first = 0;                ///< the index in `source` of row 0
};

/// One pass over the data. Reading throws what the source throws, and ValueError naming the sample for a
/// value that is not finite.
class Epoch {
 public:
  class Iterator;
  /// Returns the next batch, or nothing at the end.
  std::optional<HostBatch> next();

  /// Begins a loop over the remaining batches.
  Iterator begin();
  /// Ends the loop.
  std::default_sentinel_t end() { return {}; }

  struct State;  // internal
  /// Internal: made by Batches::epoch.
  explicit Epoch(std::shared_ptr<State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<State> state_;
};

/// A data set in batches. A range-for loop runs over one epoch; the next loop runs over the next epoch, in
/// its own order. Copies are independent of each other.
///
///     for (const data::Batch& batch : data.shuffle().batch(64)) step(batch.input, batch.target);
class Batches {
 public:
  /// Makes batches of `size` samples. Throws ValueError for a size below 1.
  Batches(Dataset dataset, std::int64_t size, const BatchOptions& options = {});

  /// Returns the data set.
  const Dataset& dataset() const { return dataset_; }
  /// Returns the number of batches in an epoch.
  std::int64_t size() const;
  /// Returns the number of samples in a full batch.
  std::int64_t batch_size() const { return batch_size_; }

  /// Returns the same batches, read ahead on other threads. The threads only fill host memory, and the order
  /// of the batches stays the same. Throws ValueError when an option is out of range.
  Batches prefetch(const PrefetchOptions& options = {}) const;
  /// Returns one epoch by its number, beginning with batch `first`, as a resumed training needs it.
  Epoch epoch(std::int64_t epoch, std::int64_t first = 0) const;

  /// Begins a loop over the next epoch.
  Epoch::Iterator begin();
  /// Ends the loop.
  std::default_sentinel_t end() const { return {}; }

 private:
  Dataset dataset_;
  std::int64_t batch_size_;
  BatchOptions options_;
  PrefetchOptions prefetch_ = {.workers = 0};
  std::int64_t next_epoch_ = 0;
};

/// An input iterator over the batches of an epoch.
class Epoch::Iterator {
 public:
  using difference_type = std::ptrdiff_t;  ///< as iterators need it
  using value_type = Batch;                ///< what the iterator gives
  /// Internal: made by Epoch::begin.
  explicit Iterator(std::shared_ptr<State> state);
  /// Returns the present batch.
  const Batch& operator*() const { return batch_; }
  /// Reads the next batch.
  Iterator& operator++();
  /// Reads the next batch.
  void operator++(int) { ++*this; }
  /// Returns true at the end.
  bool operator==(std::default_sentinel_t) const { return state_ == nullptr; }

 private:
  std::shared_ptr<State> state_;
  Batch batch_;
};

}  // namespace luge::data
