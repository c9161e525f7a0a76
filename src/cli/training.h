// The part of train and resume that both share: progress, signals, and what came of the training.
#pragma once

#include <string>

#include "cli/arguments.h"
#include "luge/experiment/run.h"

namespace luge::cli {

/// Prints on stderr what a run tells.
experiment::Tell tell_person();

/// Trains until done or interrupted and prints what came of it. `line` is for stderr, before the first step
/// if there is one. Throws Stopped after a signal.
int train_and_report(const Arguments& arguments, const experiment::Run& run, const std::string& line = {});

}  // namespace luge::cli
