// How good the answers of a network are: what eval tells.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiment/inference.h"
#include "experiment/runs.h"
#include "luge/data/dataset.h"
#include "luge/experiment/config.h"
#include "luge/nn/metadata.h"

namespace luge::experiment {

struct Part {
  std::string data, split;
  data::Dataset samples;
  std::vector<std::string> notes = {};  // what was left out of the data and why
};
/// The keys that say which part of which data is measured: data, split, and how a table is read.
std::vector<Key> part_keys();
/// The part of the data that split= names, cut as the run cut it. Throws SettingError when there is none.
Part find_part(const Config& given, const ModelPath& path, const nn::Metadata& metadata);

/// The same figures, in which each sample counts by its weight.
struct Weighted {
  double loss = 0, accuracy = 0;
};

struct Classified {
  std::vector<std::vector<std::int64_t>> confusion;  // [label][guess]
  double loss = 0;
  std::int64_t samples = 0;
  std::optional<Weighted> weighted = {};  // where samples have weights

  std::int64_t of_class(std::size_t k) const {
    std::int64_t sum = 0;
    for (const std::int64_t n : confusion[k]) sum += n;
    return sum;
  }
  std::int64_t guessed(std::size_t k) const {
    std::int64_t sum = 0;
    for (const auto& row : confusion) sum += row[k];
    return sum;
  }
  double accuracy() const {
    std::int64_t hits = 0;
    for (std::size_t k = 0; k < confusion.size(); ++k) hits += confusion[k][k];
    return samples > 0 ? static_cast<double>(hits) / static_cast<double>(samples) : 0.0;
  }
};

/// Whether each output says one class, and each sample has one label.
bool tells_classes(const nn::Metadata& metadata, const data::Dataset& samples);
/// Whether outputs and targets are real numbers.
bool tells_numbers(const nn::Metadata& metadata, const data::Dataset& samples);

/// The label of a sample, and the class that a row of answers says.
std::int64_t label_of(const data::Sample& sample);
std::size_t guess_of(std::span<const float> row);
/// Whether a row is no answer, because of a NaN.
bool is_no_answer(std::span<const float> row);
/// The weight of each sample; empty where there are none.
std::vector<double> sample_weights(const data::Dataset& samples);
/// One answer of a sample is the probability of the second of two classes.
Classified classify(const data::Dataset& samples, const Answers& answers);

struct Fitted {
  double mse = 0, mae = 0, r2 = 0;
  double variance = 0;                      // the squared error of the mean
  std::optional<double> weighted_mse = {};  // where samples have weights
};
Fitted fit_of(const data::Dataset& samples, const Answers& answers);

}  // namespace luge::experiment
