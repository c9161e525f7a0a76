// A second look at a step that was refused because something was not finite.
#pragma once

#include <string>
#include <vector>

#include "luge/data/batches.h"
#include "train/trainer_impl.h"

namespace luge::train {

/// A batch of an update, as it was read and as tensors.
struct UsedBatch {
  data::HostBatch host;
  data::Batch tensors;
};

/// Why a step was refused: the first layer and tensor that are not finite, the first op, and the samples that
/// alone give the same. `what` is the error of the step. The state is that before the step, and stays.
std::string why_refused(const Trainer::Impl& impl, const std::vector<UsedBatch>& batches,
                        const std::string& what);

}  // namespace luge::train
