// The part of train and resume that both share: progress, signals, and what came of the training.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

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

/// Prints a line on stderr before the first step if there is one.
train::CallbackRef announce(std::string line);
/// The figures as a JSON object.
nlohmann::ordered_json logs_json(const train::Logs& logs);
/// Prints the commands that predict with the network of a run or model file, such as "run=last".
void print_predict(const experiment::DataSet& data, const std::string& name, const std::string& net);

}  // namespace luge::cli
