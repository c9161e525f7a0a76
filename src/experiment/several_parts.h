// Which part of the data one of several trainings has, and which random numbers.
#pragma once

#include <cstdint>

#include "luge/experiment/config.h"
#include "luge/experiment/run.h"

namespace luge::experiment {

/// Folds hold back no further part unless it is asked for.
void settle_parts(Config& config);
/// The seed of the training's own random numbers: train.seed, and for a member of an ensemble one that
/// follows from it.
std::int64_t own_seed(const Config& config);
/// The training data as far as data.limit allows.
data::Dataset limited(const Config& config, const data::Dataset& samples);

}  // namespace luge::experiment
