// What the files of a run say, as JSON: a summary for a table of runs, and all of it for its page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "board/folder.h"

namespace luge::board {

/// Files of a run that the room experiment writes for its pages; io/run/run_files.h has the others.
inline constexpr const char *kStatusFile = "status.json", *kModelFile = "model.json",
                            *kEvaluationFile = "evaluation.json", *kReportFile = "report.html";

/// Whether the folder is that of a run.
bool is_run(const Folder& folder);

/// name, status, reason, created, model, data, epochs, planned, step, seconds, best, last, config, problems.
/// The status is running, finished, interrupted, failed or, where there is nothing to tell it from, unknown.
/// What cannot be read is left out and named in "problems".
nlohmann::ordered_json run_summary(const Folder& folder, const std::string& name);
/// The same with config_list, epochs, model, evaluation, events, and runs: the trainings below it, such as
/// folds.
nlohmann::ordered_json run_document(const Folder& folder, const std::string& name);

/// A number that changes when one of the files changes that a summary is made of.
std::size_t run_version(const Folder& folder);

}  // namespace luge::board
