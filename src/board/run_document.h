// What the files of a run say, as JSON: a summary for a table of runs, and all of it for its page.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "board/folder.h"
#include "board/run_status.h"

namespace luge::board {

/// Files of a run that the room experiment writes for its pages; io/run/run_files.h has the others.
inline constexpr const char *kModelFile = "model.json", *kEvaluationFile = "evaluation.json",
                            *kReportFile = "report.html", *kLearningCurveFile = "learning_curve.png";

/// How the names of figures of the validation begin in metrics.jsonl, and the one that decides between equal
/// epochs.
inline constexpr const char *kValidationPrefix = "val_", *kValidationLoss = "val_loss";

/// Whether the folder is that of a run.
bool is_run(const Folder& folder);

/// name, status, reason, created, model, data, epochs, planned, step, seconds, best, last, config, problems.
/// The status and its reason are those of run_state. What cannot be read is left out and named in "problems".
nlohmann::ordered_json run_summary(const Folder& folder, const std::string& name);
/// The same with config_list, epochs, model, evaluation, events, and runs: the trainings below it, such as
/// folds. `ended`: what became of it, when the one who ends it knows that better than the files.
nlohmann::ordered_json run_document(const Folder& folder, const std::string& name,
                                    const std::optional<RunState>& ended = {});

/// A number that changes when one of the files changes that a summary is made of.
std::size_t run_version(const Folder& folder);

}  // namespace luge::board
