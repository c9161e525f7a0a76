// Batches: a data set in batches of samples, as tensors, epoch after epoch.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "luge/data/collate.h"
#include "luge/data/dataset.h"
#include "luge/data/mix.h"
#include "luge/flatten.h"
#include "luge/named_tensors.h"
#include "luge/tensor.h"

namespace luge::data {

/// Options of Dataset::batch.
struct BatchOptions {
  /// Leave out the last batch of an epoch when it is smaller than the others.
  bool drop_last = false;
  /// How fields become a part of a batch, by their names. The others use the default for their shape.
  std::map<std::string, Collate> collate = {};
};

/// Options of Batches::prefetch.
struct PrefetchOptions {
  /// As workers: one thread for each processor that kernels do not use, at most 2.
  static constexpr int automatic = -1;
  int workers = automatic;  ///< threads that read ahead, 0 to 256 or automatic
  int depth = 4;            ///< the number of batches that are read ahead, 1 to 4096
};

/// A batch as tensors. It can be taken apart: `auto [x, y] = batch;` gives input and target.
struct Batch {
  Tensor input;   ///< the field "input" [rows, …shape of an input]; empty when there is no such field
  Tensor target;  ///< the field "target" [rows, …shape of a target]; empty when the data set has no targets
  NamedTensors others = {};  ///< the other fields, the lengths of padded fields included
  /// The fields that stay in host memory: for each a name and one value for each row.
  std::vector<std::pair<std::string, std::vector<HostArray>>> host = {};

  /// Returns true when there is a tensor of this name.
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// Returns the tensor of this name. Throws ValueError that lists the names when there is none.
  const Tensor& operator[](std::string_view name) const;
  /// Returns the host values of this name, one for each row. Throws ValueError that lists the names.
  const std::vector<HostArray>& host_values(std::string_view name) const;
  /// Adds a tensor, or replaces the tensor of this name. Throws ValueError for an empty name.
  void set(std::string_view name, Tensor value);
  /// Returns all tensors: "input", "target", then the others. An empty one is left out.
  NamedTensors tensors() const;
  /// Returns tensors(), so that a network with several inputs can be called with a batch.
  operator NamedTensors() const { return tensors(); }

 private:
  const Tensor* find(std::string_view name) const;
};

/// Internal: lets a batch be taken apart into input and target.
template <std::size_t I>
Tensor get(const Batch& batch) {
  static_assert(I < 2);
  return I == 0 ? batch.input : batch.target;
}

/// A batch in host memory, and where its samples come from.
struct HostBatch {
  Record values;  ///< the fields of the batch [rows,…], the lengths of padded fields included
  std::vector<std::pair<std::string, std::vector<HostArray>>> host;  ///< as Batch::host
  std::int64_t epoch = 0;                                            ///< the number of the epoch
  std::int64_t index = 0;                                            ///< the number of the batch in its epoch
  std::int64_t rows = 0;                                             ///< the number of samples

  /// Returns the field "input" [rows, …]. Throws ValueError when there is none.
  const HostArray& input() const { return values[kInput]; }
  /// Returns the field "target" [rows, …]. Throws ValueError when there is none.
  const HostArray& target() const { return values[kTarget]; }
  /// Copies the batch into tensors.
  Batch to_tensors() const;
  /// Reads the record of one row again, as it was before padding.
  Record record(std::int64_t row) const;
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
  /// Makes batches of `size` samples. Throws ValueError for a size below 1, and for a field in `collate` that
  /// does not exist or whose shape does not allow it.
  Batches(Dataset dataset, std::int64_t size, const BatchOptions& options = {});

  /// Returns the data set.
  const Dataset& dataset() const { return dataset_; }
  /// Returns the number of batches in an epoch.
  std::int64_t size() const;
  /// Returns the fields of a batch with their shapes: unknown numbers of rows, and unknown extents where
  /// padding depends on the batch. Fields that stay in host memory are left out.
  const Schema& fields() const { return fields_; }
  /// Returns the number of samples in a full batch.
  std::int64_t batch_size() const { return batch_size_; }

  /// Returns the same batches, read ahead on other threads. The threads only fill host memory, and the order
  /// of the batches stays the same. Throws ValueError when an option is out of range.
  Batches prefetch(const PrefetchOptions& options = {}) const;
  /// Returns the same batches, each changed by an augmentation of batches. The change follows from the seed,
  /// the epoch and the number of the batch, so that a resumed training goes on alike. Targets become what
  /// MixOptions says, and so do fields(). Reading throws IndexError naming the sample for a label that is not
  /// a class. Throws ValueError for shares without a number of classes, and ShapeError or DTypeError when the
  /// field "target" cannot be mixed so.
  Batches mix(const BatchAugmentation& augmentation, const MixOptions& options = {}) const;
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
  Schema fields_;
  std::shared_ptr<const class Collector> collector_;
  std::shared_ptr<const class Mixer> mixer_;
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

/// A batch is its tensors and their names. Fields that stay in host memory are left out: a compiled function
/// does not see them.
template <>
struct luge::Flatten<luge::data::Batch> {
  /// Adds the tensors and their names.
  static void put(const luge::data::Batch& batch, luge::Flat& flat);
  /// Takes a batch.
  static luge::data::Batch take(luge::FlatReader& from);
};

namespace std {
/// Internal: the number of parts of a batch that is taken apart.
template <>
struct tuple_size<luge::data::Batch> : integral_constant<size_t, 2> {};
/// Internal: their types.
template <size_t I>
struct tuple_element<I, luge::data::Batch> {
  using type = luge::Tensor;  ///< a tensor
};
}  // namespace std
