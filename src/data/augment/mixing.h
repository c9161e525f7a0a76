// What the augmentations that mix the samples of a batch share.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "data/augment/draws.h"
#include "luge/data/batches.h"

namespace luge::data {

/// A number from Beta(alpha, alpha), 0 to 1.
double symmetric_beta(Draws& draws, double alpha);
/// With whom each sample is mixed: a permutation of the rows.
std::vector<std::int64_t> partners(Draws& draws, std::int64_t rows);

/// The field "input". Throws DTypeError or ValueError naming the augmentation for what cannot be mixed.
HostArray& mixed_input(std::string_view augmentation, HostBatch& batch);
/// Each row becomes share·itself + (1-share)·its partner; whole numbers are rounded.
void mix_rows(HostArray& value, const std::vector<std::int64_t>& partners, double share);
/// The same for targets and weights of the batch, as far as it has them.
void mix_targets(HostBatch& batch, const std::vector<std::int64_t>& partners, double share);

}  // namespace luge::data
