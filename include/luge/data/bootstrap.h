// bootstrap_indices: which samples a bootstrap draws.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace luge::data {

/// Returns the indices that Dataset::bootstrap draws of `count` samples, with repetition, and those that it
/// does not draw: Dataset::bootstrap without the data. Source: Efron 1979.
std::pair<std::vector<std::int64_t>, std::vector<std::int64_t>> bootstrap_indices(std::int64_t count,
                                                                                  std::uint64_t seed);

}  // namespace luge::data
