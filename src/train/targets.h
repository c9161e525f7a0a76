// Checks targets before the loss uses them.
#pragma once

#include "luge/data/batches.h"
#include "luge/loss/loss.h"

namespace luge::train {

/// Throws IndexError for a label that is not a class and ValueError for a number out of range, naming the
/// sample, what it holds and what was expected.
void check_targets(const data::HostBatch& batch, const loss::Targets& expected);

}  // namespace luge::train
