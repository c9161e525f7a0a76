// The part of train and resume that both share: progress, signals, and what came of the training.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "luge/experiment/run.h"
#include "luge/experiment/trainings.h"
#include "luge/train/callback.h"
#include "luge/train/history.h"

namespace luge::cli {

/// Prints on stderr what a run tells.
experiment::Tell tell_person();

/// Trains until done or interrupted and prints what came of it. `line` is for stderr, before the first step
/// if there is one. Throws Stopped after a signal.
int train_and_report(const Arguments& arguments, const experiment::Run& run, const std::string& line = {});

/// Does the same for folds or members.
int train_and_report(const Arguments& arguments, experiment::Trainings& trainings);

/// The progress on stderr that verbose= asks for, after `line` before the first step if there is one.
std::vector<train::CallbackRef> progress_of(const experiment::Config& config, std::string line);
/// Whether nothing is to be shown besides results, warnings and errors.
bool is_quiet(const experiment::Config& config);
/// The figures as a JSON object.
nlohmann::ordered_json logs_json(const train::Logs& logs);
/// Prints the commands that predict with the network of a run or model file, such as "run=last": for pictures
/// of the data, or the file that it was trained on. Nothing for data that has no such files.
void print_predict(const experiment::DataSet& data, const std::string& name, const std::string& net);

}  // namespace luge::cli
