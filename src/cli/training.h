// The part of train and resume that both share: fit with progress, checkpoints and signals, then report.
#pragma once

#include <filesystem>
#include <string>

#include "cli/setup.h"

namespace luge::cli {

/// Throws Misuse for what train_and_report could not do, such as watching a figure that nobody measures: to
/// be called before anything is written.
void check_settings(const Arguments& arguments, const train::Trainer& trainer, const TrainingData& data);

/// Trains until done or interrupted and prints what came of it; `announcement` goes to stderr before the
/// first step, if there is one. Throws Stopped after a signal.
int train_and_report(const Arguments& arguments, Setup& setup, const TrainingData& data,
                     const std::filesystem::path& run, const std::string& announcement = {});

}  // namespace luge::cli
