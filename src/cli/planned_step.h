// A training step without data: what plan and explain look at.
#pragma once

#include <cstdint>

#include "cli/setup.h"
#include "luge/data/batches.h"

namespace luge::cli {

/// A batch of zeros as the training will see it, for plan and explain: types alone until it is read.
data::Batch empty_batch(const data::Info& info, std::int64_t rows);
/// A training step of the network that the keys name, on zeros: what plan and explain look at. Weights and
/// batch are types alone until they are read.
struct PlannedStep {
  Setup setup;
  data::Batch batch;
  std::int64_t rows;
};

PlannedStep planned_step(const Arguments& arguments);
/// What a network of this entry sees when there is no data.
data::Info info_without_data(const Arguments& arguments, const models::Entry& entry);

}  // namespace luge::cli
