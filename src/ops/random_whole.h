#pragma once
#include <cstdint>

#include "luge/tensor.h"

namespace luge {

/// Whole numbers in [low, low + range) from a key, i64, of the shape of `like`, whose elements are not read.
Tensor random_whole(const Tensor& key, const Tensor& like, std::int64_t low, std::uint64_t range);

}  // namespace luge
