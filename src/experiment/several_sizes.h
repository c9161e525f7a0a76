// Training pictures whose size differs from batch to batch.
#pragma once

#include "luge/data/batches.h"
#include "luge/experiment/config.h"

namespace luge::experiment {

/// Batches of `size` samples. With data.sizes, the pictures of each batch have one of these sizes, drawn by
/// seed, epoch and batch, with their boxes, masks and points. Throws SettingError where the pictures are not
/// square.
data::Batches batched(const Config& config, const data::Dataset& epoch, std::int64_t size,
                      std::uint64_t seed);

}  // namespace luge::experiment
