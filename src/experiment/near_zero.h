// How many weights of a network hardly count: what penalties on weights are for.
#pragma once

#include <cstdint>

#include "luge/nn/module.h"

namespace luge::experiment {

inline constexpr double kNearZero = 1e-3;

struct NearZero {
  std::int64_t weights = 0;  // elements of parameters of two axes or more: without biases and scales
  std::int64_t near = 0;     // those of them within ±kNearZero
};
NearZero near_zero(const nn::Module& net);

}  // namespace luge::experiment
