// What a Run is made of.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "experiment/training_data.h"
#include "io/run/run_directory.h"
#include "luge/experiment/run.h"
#include "luge/train/stages.h"

namespace luge::experiment {

struct Run::State {
  Config config;
  Tell tell;
  DataSet data;
  TrainingData training;
  train::Trainer trainer;
  Settings settings;
  std::optional<train::Stages> stages = {};  // in place of the trainer, when the configuration has some
  std::optional<io::RunDirectory> folder = {};
  std::filesystem::path resumed_from = {};
  train::CallbackRef accepted = {};  // does what is due when the training was not refused

  void restore(const std::filesystem::path& checkpoint) {
    stages ? stages->restore(checkpoint.string()) : trainer.restore(checkpoint.string());
  }
};

/// Settles what is open about the length of the schedule.
using Settle = std::function<void(Config&, const data::Batches&)>;
std::shared_ptr<Run::State> make_state(Config config, const RunOptions& options, const Settle& settle);

}  // namespace luge::experiment
