// Memory of batches that were copied into tensors, for the next ones: to fill fresh memory with zeros takes
// as long as to move a picture.
#pragma once

#include <cstddef>
#include <vector>

#include "luge/data/batches.h"

namespace luge::data {

/// This many bytes with any values: those of a batch that was given back, or zeros.
std::vector<std::byte> take_spent(std::size_t bytes);
/// Lets take_spent have the values of the batch. Any thread may call both.
void give_back(HostBatch batch);

}  // namespace luge::data
