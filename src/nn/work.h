// What layers count for summaries.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "luge/nn/module.h"

namespace luge::nn {

/// The elements of one sample of a value [N,…]; 0 while one of its extents is unknown.
std::int64_t sample_elements(const Tensor& value);

/// A product of numbers of which an unknown one (below 0) makes 0.
inline std::int64_t known_product(std::initializer_list<std::int64_t> factors) {
  std::int64_t result = 1;
  for (const std::int64_t factor : factors) result *= factor < 0 ? 0 : factor;
  return result;
}

}  // namespace luge::nn
