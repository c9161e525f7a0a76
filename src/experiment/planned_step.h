// A training step without data: what plan, explain, summary and gradcheck look at.
#pragma once

#include <cstdint>
#include <string>

#include "luge/data/batches.h"
#include "luge/experiment/config.h"
#include "luge/experiment/run.h"
#include "luge/models/gallery.h"
#include "luge/train/trainer.h"

namespace luge::experiment {

/// A batch of zeros as the training will see it: types alone until it is read. Extents that are not known are
/// `extent`, and their fields have lengths.
data::Batch empty_batch(const data::Info& info, std::int64_t rows, std::int64_t extent = 1);

/// A training step of the network that the keys name, on zeros. Weights and batch are types alone until they
/// are read. Use the trainer within a Scope of the settings.
struct PlannedStep {
  std::string model;
  train::Trainer trainer;
  data::Info info;
  data::Batch batch;
  std::int64_t rows;
  Settings settings;
};
PlannedStep planned_step(const Config& config, const Tell& tell);

/// What a network of this entry sees when there is no data.
data::Info info_without_data(const Config& config, const models::Entry& entry);

}  // namespace luge::experiment
