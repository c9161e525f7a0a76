// What a pass over a data set finds: classes, sizes, means, equal pictures, and samples that cannot be read.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "luge/data/dataset.h"
#include "luge/experiment/data_sets.h"

namespace luge::cli {

/// A sample that cannot be used.
struct BadSample {
  std::int64_t index;
  std::string reason;  // begins with where it comes from
};

struct DataFacts {
  std::int64_t samples = 0;
  std::vector<std::int64_t> class_counts;  // of targets, or of the labels of boxes; empty: neither
  bool of_boxes = false;                   // they are counts of boxes
  std::int64_t boxes = 0, without_boxes = 0, points = 0;
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> sizes;  // {height, width} of pictures
  std::vector<double> mean, deviation;                          // of the channels, as pictures are in files
  std::map<std::int64_t, std::int64_t> mask_pixels;             // of each class of a mask
  std::map<std::string, std::int64_t> characters;               // of a text, in UTF-8
  std::unordered_map<std::uint64_t, std::int64_t> first_with;   // hash of the input: its first sample
  std::vector<std::pair<std::int64_t, std::int64_t>> repeated;  // a sample, and the first one with its input
  std::vector<BadSample> bad;
};

/// Reads every sample once.
DataFacts facts_of(const data::Dataset& part);
/// Samples of `part` whose input is also in `training`: {its index, the one there}.
std::vector<std::pair<std::int64_t, std::int64_t>> shared_inputs(const DataFacts& training,
                                                                 const DataFacts& part);

/// {"samples", "input", "target", "features", "classes", "pictures": {…}, "mask", "boxes", "text",
/// "repeated", "bad"}
nlohmann::ordered_json facts_json(const data::Dataset& part, const DataFacts& facts);
/// The same in words, for one part. `most` bad samples are listed; 0: all.
void print_facts(const std::string& name, const data::Dataset& part, const DataFacts& facts,
                 std::size_t most);

/// The files that cannot be read: [{"file", "reason"}].
nlohmann::ordered_json bad_files_json(const std::vector<experiment::UnreadFile>& files);
/// The same in words; `most` are listed, 0: all.
void print_bad_files(const std::vector<experiment::UnreadFile>& files, std::size_t most);

}  // namespace luge::cli
