// The part of train and resume that both share: fit with progress, checkpoints and signals, then report.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "cli/setup.h"
#include "cli/training_data.h"

namespace luge::cli {

/// Throws Misuse for what train_and_report could not do, such as watching a figure that is not measured: to
/// be called before anything is written.
void check_settings(const Arguments& arguments, const train::Trainer& trainer, const TrainingData& data);

/// What comes before a training.
struct Beginning {
  std::string line = {};                // for stderr, before the first step if there is one
  std::function<void()> accepted = {};  // called once the training is not refused
};

/// Trains until done or interrupted and prints what came of it. Throws Stopped after a signal.
int train_and_report(const Arguments& arguments, Setup& setup, const TrainingData& data,
                     const std::filesystem::path& run, const Beginning& beginning = {});

}  // namespace luge::cli
