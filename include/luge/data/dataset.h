// Dataset: a list of records, and the views that make new lists of it. A view owns its source, so chains of
// temporaries are safe, also in a range-for loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "luge/data/source.h"

namespace luge::data {

class Batches;
struct BatchOptions;

/// Options of Dataset::shuffle.
struct ShuffleOptions {
  /// The same seed gives the same order on every machine.
  std::uint64_t seed = 0;
};

/// Options of Dataset::split.
struct SplitOptions {
  /// Decides which samples go into which part. A shuffle afterwards does not change that.
  std::uint64_t seed = 0;
  /// True: samples are chosen at random. False: the first part has the first samples, as for time series.
  bool random = true;
  /// The name of a field of whole numbers, such as "target". Each of its values then has the same share in
  /// both parts, as far as whole samples allow. Empty: no field.
  std::string stratify = {};
};

/// Options of Dataset::k_fold.
struct FoldOptions {
  std::uint64_t seed = 0;     ///< decides which samples go into which part
  std::string stratify = {};  ///< as SplitOptions::stratify
};

/// Options of Dataset::map.
struct MapOptions {
  /// The fields that the function makes, where they are not those of the first result: a field whose extents
  /// differ from sample to sample, for example. Extents that differ before the function may differ after it.
  Schema fields = {};
};

/// Options of Dataset::augment.
struct AugmentOptions {
  Schema fields = {};  ///< as MapOptions::fields
  /// The number of consecutive samples that get one key, 1 or more. With the size of the batches, all samples
  /// of a batch get one: a function can then resize all pictures of a batch to one size that differs from
  /// batch to batch, and Collate::same puts them together.
  std::int64_t group = 1;
};

/// Options of Dataset::combine.
struct CombineOptions {
  std::size_t others = 1;  ///< how many other samples the function gets, 1 or more
  std::uint64_t seed = 0;  ///< decides which ones
  Schema fields = {};      ///< as MapOptions::fields
};

/// Options of Dataset::draw.
struct DrawOptions {
  /// One number for each sample, 0 or more: how often it is drawn in relation to the others. Empty: all
  /// alike.
  std::vector<double> weights = {};
  std::uint64_t seed = 0;  ///< decides which samples are drawn
};

/// A list of samples. Copies share the source. Functions that are given to map and augment may run on several
/// threads at the same time.
///
///     auto [train, valid] = data::fashion_mnist().train.split(0.9);
///     auto batches = train.shuffle().batch(64).prefetch();
class Dataset {
 public:
  class Iterator;

  /// Makes a data set of a source. Throws ValueError for a null pointer.
  explicit Dataset(std::shared_ptr<const Source> source);

  /// Returns the number of samples.
  std::int64_t size() const { return source_->size(); }
  /// Returns what is known of each sample: dtypes, shapes, class names.
  const Info& info() const { return source_->info(); }
  /// Returns input and target of one sample. Throws ValueError when there is no field "input", IndexError for
  /// an index outside 0 … size()-1, and what the source throws.
  Sample get(std::int64_t index) const;
  /// Returns all fields of one sample. Throws IndexError and what the source throws.
  Record record(std::int64_t index) const;
  /// Returns where a sample comes from: its file and row.
  std::string where(std::int64_t index) const { return source_->where(index); }
  /// Returns a number that changes when the size, the dtypes, the shapes, the order or any byte of the
  /// samples change. After map or augment it is made from the samples before them and from the result of the
  /// function for up to 64 samples.
  std::uint64_t fingerprint() const;

  /// Returns the samples after `function`. It may change dtypes and shapes, but in the same way for all
  /// samples. Throws ShapeError naming a sample that differs from the first one.
  Dataset map(std::function<Sample(Sample)> function) const;
  /// Does the same with all fields. The function may add and remove fields.
  Dataset map(std::function<Record(Record)> function, const MapOptions& options = {}) const;
  /// Returns the samples after a random function. `key` differs for each sample, epoch and seed; use it as
  /// the seed of the random numbers. Otherwise as map.
  Dataset augment(std::function<Sample(Sample, std::uint64_t key)> function, std::uint64_t seed = 0) const;
  /// Does the same with all fields. Throws ValueError for a group below 1.
  Dataset augment(std::function<Record(Record, std::uint64_t key)> function, std::uint64_t seed = 0,
                  const AugmentOptions& options = {}) const;
  /// Returns the samples after a function that also gets other samples of this data set, drawn at random in
  /// each epoch, for augmentations such as mixup and mosaic. The first record is the sample itself. Throws
  /// ValueError when the data set is empty or `others` is 0, and ShapeError as map does.
  Dataset combine(std::function<Record(std::span<const Record>, std::uint64_t key)> function,
                  const CombineOptions& options = {}) const;
  /// Returns the samples with these fields only. Throws ValueError for a field that does not exist.
  Dataset fields(const std::vector<std::string>& names) const;
  /// Returns the samples with another name for one field. Throws ValueError when `from` does not exist or
  /// `to` exists already.
  Dataset rename(const std::string& from, const std::string& to) const;
  /// Returns the samples with inputs (x - offset) · scale, as float32. A trainer saves this with the network,
  /// so that Module::predict scales raw inputs in the same way. Throws ShapeError when the numbers of offsets
  /// or scales do not match the input.
  Dataset affine(const Affine& affine) const;
  /// Returns the samples in a new random order for each epoch.
  Dataset shuffle(const ShuffleOptions& options = {}) const;
  /// Returns the first `count` samples, or all when there are fewer. Throws ValueError for a negative count.
  Dataset take(std::int64_t count) const;
  /// Returns the samples after the first `count`. Throws ValueError for a negative count.
  Dataset skip(std::int64_t count) const;
  /// Returns the samples at these indices. Throws IndexError for an index that does not exist.
  Dataset select(std::vector<std::int64_t> indices) const;
  /// Returns the samples for which `wanted` is true. Each sample is read once for that. A shuffle before it
  /// keeps its order of epoch 0.
  Dataset where_true(const std::function<bool(const Record&)>& wanted) const;
  /// Returns `count` samples that are drawn again in each epoch; a sample may be drawn several times. Throws
  /// ValueError for a negative count, an empty data set, and weights that are negative, not finite, all 0 or
  /// not as many as the samples.
  Dataset draw(std::int64_t count, const DrawOptions& options = {}) const;
  /// Returns as many samples as there are, drawn once with repetition, and the samples that were not drawn.
  /// Source: Efron 1979, bootstrap and out-of-bag samples.
  std::pair<Dataset, Dataset> bootstrap(std::uint64_t seed = 0) const;
  /// Returns the samples in an order in which batches of `batch` samples have similar sizes of a field: runs
  /// of `window` samples are sorted by it, and the batches are shuffled in each epoch. Little of such a batch
  /// is padding. Throws ValueError when batch or window is below 1 or the field does not exist.
  Dataset similar(const std::string& field, std::int64_t batch, std::int64_t window = 1024,
                  std::uint64_t seed = 0) const;
  /// Returns `k` pairs of training and validation part. Each sample is in one validation part. Throws
  /// ValueError for k below 2 or above size().
  std::vector<std::pair<Dataset, Dataset>> k_fold(std::int64_t k, const FoldOptions& options = {}) const;
  /// Returns two parts that have no samples in common. The first one has this fraction of the samples. A
  /// shuffle before the split keeps its order of epoch 0. Throws ValueError for a fraction outside [0, 1] and
  /// for a field of `stratify` that is not a single whole number.
  std::pair<Dataset, Dataset> split(double fraction, const SplitOptions& options = {}) const;
  /// Returns the samples in batches of `size`, as tensors. Throws ValueError for a size below 1.
  Batches batch(std::int64_t size) const;
  /// Returns the samples in batches with options. Throws as above.
  Batches batch(std::int64_t size, const BatchOptions& options) const;

  /// Begins a loop over the samples.
  Iterator begin() const;
  /// Ends the loop.
  Iterator end() const;
  /// Returns the source.
  const std::shared_ptr<const Source>& source() const { return source_; }

 private:
  std::shared_ptr<const Source> source_;
};

/// An iterator over the samples of a data set.
class Dataset::Iterator {
 public:
  /// Internal: made by Dataset::begin and Dataset::end.
  Iterator(std::shared_ptr<const Source> source, std::int64_t index)
      : source_(std::move(source)), index_(index) {}
  /// Reads the present sample.
  Sample operator*() const { return Dataset(source_).get(index_); }
  /// Goes to the next sample.
  Iterator& operator++() {
    ++index_;
    return *this;
  }
  /// Returns true when both are at the same sample.
  bool operator==(const Iterator& other) const { return index_ == other.index_; }

 private:
  std::shared_ptr<const Source> source_;
  std::int64_t index_;
};

inline Dataset::Iterator Dataset::begin() const { return {source_, 0}; }
inline Dataset::Iterator Dataset::end() const { return {source_, size()}; }

}  // namespace luge::data
