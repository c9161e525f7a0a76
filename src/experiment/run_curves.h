// Curves of what runs have measured.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "luge/draw/figure.h"
#include "luge/train/history.h"

namespace luge::experiment {

struct RunHistory {
  std::string name;  // in the legend
  train::History history;
};

/// Reads metrics.jsonl of a run. Throws FileError when no epoch has been measured.
train::History read_history(const std::filesystem::path& run);

/// The metrics that some of these runs have measured, in the order in which epochs show them; the learning
/// rate where it changes.
std::vector<std::string> metrics_of(const std::vector<RunHistory>& runs);

/// What is wrong with a metric that a run has not measured; empty when it has.
std::string not_measured(const RunHistory& run, const std::string& metric);

struct CurveOptions {
  std::vector<std::string> metrics = {};  // empty: all of metrics_of
  bool log = false;                       // logarithmic vertical axes
};
/// Draws one run with the metrics of training and validation in one panel, or several runs with a panel for
/// each metric. What a run has not measured is a gap.
draw::Figure run_curves(const std::vector<RunHistory>& runs, const CurveOptions& options = {});

}  // namespace luge::experiment
