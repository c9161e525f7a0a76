// Contact sheets of a batch whose samples are mixed with each other (mixup, cutmix).
#pragma once

#include <cstdint>
#include <string>

#include "luge/data/dataset.h"
#include "luge/draw/figure.h"
#include "luge/experiment/config.h"

namespace luge::cli {

/// Whether augment= has an augmentation of batches.
bool mixes_batches(const experiment::Config& config);
/// A batch of `count` samples after the augmentations of batches that augment= names, as the batch of that
/// epoch: below each picture are the shares of its classes. Throws ValueError when samples are not pictures.
draw::Figure mixed_sheet(const experiment::Config& config, const data::Dataset& part, std::int64_t count,
                         std::int64_t epoch, std::uint64_t seed, const std::string& title);

}  // namespace luge::cli
