// Memory of batches that were given back, for the next ones.
#pragma once

#include <cstddef>
#include <vector>

#include "luge/data/spent.h"

namespace luge::data {

/// This many bytes with any values: those of a batch that was given back, or zeros. Any thread may call it.
std::vector<std::byte> take_spent(std::size_t bytes);

}  // namespace luge::data
