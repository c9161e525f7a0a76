// Views of several data sets, caches, and balanced drawing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "luge/data/dataset.h"

namespace luge::data {

/// Returns the samples of all data sets, one data set after the other. Throws ValueError without a data set
/// and when their fields differ; an extent that differs is unknown.
Dataset concat(const std::vector<Dataset>& all);
/// Returns the samples of all data sets in turns: the first of each, then the second of each, and so on; one
/// that has ended is left out. Throws as concat does.
Dataset interleave(const std::vector<Dataset>& all);
/// Returns records with the fields of all data sets, record i of each of them. Throws ValueError when the
/// numbers of samples differ or a field is in two of them.
Dataset zip(const std::vector<Dataset>& all);

/// Options of cache.
struct CacheOptions {
  /// The largest size of what is kept, in bytes; samples that do not fit are read each time.
  std::uint64_t max_bytes = std::uint64_t{1} << 30;
  /// A folder for a file with the samples; empty: they are kept in memory. The file is named by the
  /// fingerprint of the data, so that other data never takes it. It is written completely or not at all at
  /// the first call, and later programs use it.
  std::filesystem::path folder = {};
  /// Is told when a damaged file was made again.
  std::function<void(const std::string&)> tell = {};
};
/// Returns the same samples, each read once and kept. Random views under it keep what they are in epoch 0:
/// cache the data before shuffle and augment. Throws FileError when the file cannot be written, and reading
/// throws FormatError naming the file when it was damaged after it was opened.
Dataset cache(const Dataset& data, const CacheOptions& options = {});

/// Returns one weight for each sample, for Dataset::draw: each class is drawn as often as any other. Throws
/// ValueError when the field is not a single whole number or does not exist.
///
///     auto even = train.draw(train.size(), {.weights = data::balanced_weights(train)});
std::vector<double> balanced_weights(const Dataset& data, const std::string& field = std::string(kTarget));

/// Returns `k` pairs of training and validation part for samples in the order of time: the samples are cut
/// into k + 1 runs, and pair i is trained on the first i + 1 of them and validated on the next one. Throws
/// ValueError for k below 1 or not below size(). Source: scikit-learn TimeSeriesSplit.
std::vector<std::pair<Dataset, Dataset>> time_series_folds(const Dataset& data, std::int64_t k);

}  // namespace luge::data
