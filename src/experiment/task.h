// What is to be learned: the task, its loss and its metrics, as far as the user leaves them open.
#pragma once

#include <string>
#include <vector>

#include "experiment/data_sets.h"
#include "luge/experiment/config.h"
#include "luge/experiment/run.h"
#include "luge/loss/loss.h"
#include "luge/models/gallery.h"
#include "luge/output_kind.h"
#include "luge/train/task.h"

namespace luge::experiment {

/// The loss that the keys name, with its options.
loss::Loss chosen_loss(const Config& config);
/// How the targets of a table are to be read, as far as that is known before they have been seen.
TargetKind wanted_targets(const Config& config, const models::Entry& entry);
/// What is learned where it is not said: it follows from what the outputs mean.
const char* task_for(OutputKind outputs);
/// The task that the model is made for.
std::string own_task(const models::Entry& entry);
/// Whether a task learns boxes of things.
bool finds_boxes(const std::string& task);
bool finds_boxes(const train::Needs& needs);
/// Whether the data of a task is text.
bool reads_text(const std::string& task);
/// Whether the task that is asked for, or else that of the model, reads text.
bool wants_text(const Config& config, const models::Entry& entry);

/// Settles task, loss and metrics, where they were not given, from model and data, and tells what was guessed
/// about a column of numbers and how to say otherwise. Throws ValueError when model, task and data do not go
/// together.
void settle_task(Config& config, const models::Entry& entry, const DataSet& data, const Tell& tell);
/// The same where there is no data.
void settle_task(Config& config, const models::Entry& entry);

/// The metrics that the keys choose, with their options, as texts that metrics::chosen takes. Throws
/// SettingError for one that does not exist or is named twice.
std::vector<std::string> metric_names(const Config& config);

/// The task that the keys name. `complete` data is not scaled. Throws SettingError.
train::TaskRef make_task(const Config& config, bool complete);

/// The task of a model that is made for one of its own, with the loss that the keys name; null for others.
/// For looks at a network without data.
train::TaskRef own_task_without_data(const Config& config, const models::Entry& entry);

}  // namespace luge::experiment
