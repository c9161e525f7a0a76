// Which part of the data one of several trainings has, and which random numbers.
#pragma once

#include <cstdint>

#include "luge/experiment/config.h"
#include "luge/experiment/run.h"

namespace luge::experiment {

/// The keys that make several trainings of one, and those that choose one of them.
inline constexpr const char *kFolds = "data.folds", *kFold = "data.fold", *kMembers = "ensemble.members",
                            *kMember = "ensemble.member";
/// Whether a person gave this key; false where the command does not know it.
inline bool is_given(const Config& config, const char* key) { return config.knows(key) && config.given(key); }

/// Folds hold back no further part unless it is asked for.
void settle_parts(Config& config);
/// The seed of the training's own random numbers: train.seed, and for a member of an ensemble one that
/// follows from it.
std::int64_t own_seed(const Config& config);
/// As many of the samples, chosen by the seed, each class in its share; all where there are not more.
data::Dataset some_of(const Config& config, const data::Dataset& samples, std::int64_t count);
/// The training data as far as data.limit allows.
data::Dataset limited(const Config& config, const data::Dataset& samples);

}  // namespace luge::experiment
