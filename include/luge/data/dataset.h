// Dataset: a list of samples, size + get(index), and the views that make new lists of it. A view owns what it
// is made of, so chains of temporaries are safe, in range-for too.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "luge/data/source.h"

namespace luge::data {

class Batches;
struct BatchOptions;

struct ShuffleOptions {
  /// Same seed, same order, on every machine.
  std::uint64_t seed = 0;
};

struct SplitOptions {
  /// Which samples go where; independent of every shuffle that follows.
  std::uint64_t seed = 0;
  /// false: the first part is the first samples, as a time series needs it.
  bool random = true;
};

/// Copies share the source. Functions given to map and augment run on loader threads.
class Dataset {
 public:
  class Iterator;

  explicit Dataset(std::shared_ptr<const Source> source);

  std::int64_t size() const { return source_->size(); }
  const Info& info() const { return source_->info(); }
  /// Throws IndexError outside 0 … size()-1.
  Sample get(std::int64_t index) const;
  /// Where a sample comes from: file and row.
  std::string where(std::int64_t index) const { return source_->where(index); }
  /// A number that changes with the size, the types, the order or any byte of the content. Behind map and
  /// augment it is that of what is below them, and of what the function makes of up to 64 samples.
  std::uint64_t fingerprint() const;

  /// Every sample through `function`. Types may change; all samples must agree.
  Dataset map(std::function<Sample(Sample)> function) const;
  /// As map; `key` differs for every sample, epoch and seed: seed your own random numbers with it.
  Dataset augment(std::function<Sample(Sample, std::uint64_t key)> function, std::uint64_t seed = 0) const;
  /// The input through (x - offset) * scale, as float32; recorded as the model's preprocessing.
  Dataset affine(const Affine& affine) const;
  /// A new order in every epoch.
  Dataset shuffle(const ShuffleOptions& options = {}) const;
  /// The first `count` samples (all, when there are fewer), and those behind them.
  Dataset take(std::int64_t count) const;
  Dataset skip(std::int64_t count) const;
  /// Samples by index. Throws IndexError for one that does not exist.
  Dataset select(std::vector<std::int64_t> indices) const;
  /// Two parts without common samples, `fraction` (0 … 1) of them in the first. Freezes a shuffle before it.
  std::pair<Dataset, Dataset> split(double fraction, const SplitOptions& options = {}) const;
  /// `size` samples at a time, as tensors. Throws ValueError for a size below 1.
  Batches batch(std::int64_t size) const;
  Batches batch(std::int64_t size, const BatchOptions& options) const;

  Iterator begin() const;
  Iterator end() const;
  const std::shared_ptr<const Source>& source() const { return source_; }

 private:
  std::shared_ptr<const Source> source_;
};

class Dataset::Iterator {
 public:
  Iterator(std::shared_ptr<const Source> source, std::int64_t index)
      : source_(std::move(source)), index_(index) {}
  Sample operator*() const { return Dataset(source_).get(index_); }
  Iterator& operator++() {
    ++index_;
    return *this;
  }
  bool operator==(const Iterator& other) const { return index_ == other.index_; }

 private:
  std::shared_ptr<const Source> source_;
  std::int64_t index_;
};

inline Dataset::Iterator Dataset::begin() const { return {source_, 0}; }
inline Dataset::Iterator Dataset::end() const { return {source_, size()}; }

}  // namespace luge::data
