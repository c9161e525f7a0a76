// metrics.csv and metrics.jsonl of a run: one row an epoch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "luge/train/history.h"

namespace luge::train {

/// The columns besides the figures: no metric may have such a name.
inline constexpr std::string_view kOwnColumns[] = {"stage", "epoch", "step", "seconds", "learning_rate"};

class MetricsFiles {
 public:
  explicit MetricsFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Reads the durations of earlier epochs from metrics.jsonl, because the checkpoint of a resumed training
  /// does not hold them. A checkpoint's bytes are those of the training alone, so it holds no clock times.
  void recall_times();
  void forget_times() { times_.clear(); }
  /// Writes both files again, each completely or not at all. The columns are the stage if there are
  /// several, epoch, step, every figure that
  /// any epoch has, learning_rate and seconds; a cell whose epoch did not measure the figure is empty. Throws
  /// FileError.
  void write(const History& history) const;
  /// The contents of both files.
  struct Texts {
    std::string csv, jsonl;
  };
  Texts texts(const History& history) const;

 private:
  using EpochStep = std::pair<std::int64_t, std::int64_t>;  // epoch and step, both as written
  double seconds_of(const EpochRecord& epoch) const;

  std::filesystem::path folder_;
  std::map<EpochStep, double> times_;
};

}  // namespace luge::train
