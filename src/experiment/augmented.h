// The random changes of training data that data.augment names.
#pragma once

#include <cstdint>

#include "luge/data/dataset.h"
#include "luge/data/recipe.h"
#include "luge/experiment/config.h"

namespace luge::experiment {

/// Whether it changes whole batches instead of samples.
bool changes_batches(const Choice& augmentation);
/// The samples after the augmentations of samples, in their order. They act on samples as the data set holds
/// them, before the recipe: options of an augmentation mean the same whatever the scaling is, what is moved
/// in is the black of the data and not a mean, and the recipe is fitted once to what is really there.
/// Validation data and predictions never see them. Throws ValueError that begins with the key.
data::Dataset augmented(const Config& config, const data::Dataset& fit, std::uint64_t seed);
/// What brings pictures that are not augmented to the extents of those that are; empty where they have them.
data::Recipe picture_sizes(const Config& config, const data::Dataset& fit);

}  // namespace luge::experiment
