// The part of train and resume that both share: fit with progress, checkpoints and signals, then report.
#pragma once

#include <filesystem>
#include <string>

#include "cli/setup.h"

namespace luge::cli {

/// Trains until done or interrupted and prints what came of it; `announcement` goes to stderr before the
/// first step, if there is one. Throws Stopped after a signal.
int train_and_report(const Arguments& arguments, Setup& setup, const TrainingData& data,
                     const std::filesystem::path& run, const std::string& announcement = {});

}  // namespace luge::cli
