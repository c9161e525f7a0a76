// filter=: which runs are meant, by their settings and figures.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "experiment/run_list.h"

namespace luge::cli {

/// What a run is sorted and filtered by: a setting, a figure, or one of status, model, data, epochs, steps,
/// seconds and created. Empty: the run has no such value.
std::string value_of(const experiment::RunFacts& run, const std::string& name);

/// Keeps the runs for which all conditions hold, such as "optimizer=adam" or "val_accuracy>0.9". Throws
/// SettingError for a text that is not a condition, and for a name that no setting and no run has.
std::vector<experiment::RunFacts> filtered(const Arguments& arguments, std::vector<experiment::RunFacts> runs,
                                           const std::vector<std::string>& conditions);
/// Sorts: figures the best first, other numbers the largest first, texts by the alphabet; runs without the
/// value are last. Throws SettingError for a name that no setting and no run has.
void sort_runs(const Arguments& arguments, std::vector<experiment::RunFacts>& runs, const std::string& by);

}  // namespace luge::cli
