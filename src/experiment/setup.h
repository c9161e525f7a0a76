// From the keys to a Trainer, and to the settings that it needs.
#pragma once

#include <cstdint>
#include <optional>

#include "luge/data/dataset.h"
#include "luge/data/recipe.h"
#include "luge/experiment/config.h"
#include "luge/experiment/run.h"
#include "luge/models/gallery.h"
#include "luge/nn/module.h"
#include "luge/train/task.h"
#include "luge/train/trainer.h"

namespace luge::experiment {

/// Threads, precision, mathematics, memory limit and seed, as far as there are such keys; tells when there
/// are fewer processors than threads.
Settings settings_of(const Config& config, const Tell& tell);

/// The averages of the weights that averaging asks for; nothing without. Throws SettingError for keys that do
/// nothing as they are.
std::optional<train::Averaging> averaging_of(const Config& config, std::int64_t updates);

/// How a network learns: from what, in which units, and in how many updates.
struct Learning {
  data::Recipe recipe = {};
  data::Affine units = {};  // of real targets
  std::int64_t updates = 1;
  std::int64_t samples = 1;  // of the training data
};

/// A network, and what trains it.
struct Made {
  nn::Model net;
  train::Trainer trainer;
};
/// Makes network and optimizer for such data, within a Scope of the settings but without their memory limit,
/// which is for steps: a message about it names what they need, not what the initial weights do.
Made make_trainer(const Config& config, const models::Entry& entry, const train::TaskRef& task,
                  const data::Info& info, const Learning& learning, Settings& settings);

}  // namespace luge::experiment
