// What the folders of runs say about them, without loading networks or data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "board/run_status.h"
#include "luge/metrics/metric.h"
#include "luge/train/history.h"

namespace luge::experiment {

using board::RunStatus;

/// One run.
struct RunFacts {
  std::filesystem::path folder;
  std::uint64_t sequence = 0;  // in the order in which runs were made
  std::string created = {};
  RunStatus status = RunStatus::finished;
  std::string reason = {};           // why it ended, as far as it is known
  std::int64_t epochs = 0;           // that have been measured
  std::int64_t wanted = 0;           // of the configuration; 0: it does not say
  std::int64_t steps = 0;            // of all epochs
  double seconds = 0;                // of all epochs
  train::Logs best = {}, last = {};  // of the best epoch and of the last one; of several trainings the means
  std::int64_t best_epoch = 0;       // counted from 1; 0: there is none
  std::vector<std::pair<std::string, std::string>> settings = {};  // config.toml: whole names and values
  std::vector<RunFacts> parts = {};                                // folds, members …

  /// The value of a setting; empty when there is none.
  std::string setting(const std::string& key) const;
  /// The name of the network, the last part of a path.
  std::string model() const;
  /// The same of the data.
  std::string data() const;
};

/// The facts about one run. Throws FileError when there is no such folder.
RunFacts run_facts(const std::filesystem::path& folder);
/// All runs in a folder, newest first. Folders in which nothing can be read are failed runs.
std::vector<RunFacts> runs_in(const std::filesystem::path& base);

/// Whether higher values of a figure such as "val_accuracy" are better, as far as the registries know.
metrics::Better better_of(const std::string& figure);
/// The figure of a run by which it is compared, of its best epoch, or else of its last.
std::optional<double> figure_of(const RunFacts& run, const std::string& figure);

}  // namespace luge::experiment
