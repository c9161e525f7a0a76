// The memory of batches that are no longer needed.
#pragma once

#include "luge/data/batches.h"

namespace luge::data {

/// Lets batches that are read later have the memory of this one, whose values were copied into tensors. To
/// fill fresh memory takes as long as to crop its pictures. A loop over Batches and a training do it
/// themselves; a loop of your own over Epoch::next may. Any thread may call it.
///
///     while (auto batch = epoch.next()) {
///       step(batch->to_tensors());
///       data::give_back(std::move(*batch));
///     }
void give_back(HostBatch batch);

}  // namespace luge::data
