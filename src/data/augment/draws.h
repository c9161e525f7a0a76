// The random numbers of one augmentation of one record.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include "data/permutation.h"

namespace luge::data {

class Draws {
 public:
  explicit Draws(std::uint64_t key) : key_(key) {}
  /// Uniform in [0, 1).
  double uniform() { return static_cast<double>(random_word(key_, 0, next_++) >> 11) * 0x1p-53; }
  /// True with this probability.
  bool happens(double probability) { return uniform() < probability; }
  /// A whole number from low to high.
  std::int64_t whole(std::int64_t low, std::int64_t high) {
    const auto count = static_cast<std::uint64_t>(high - low) + 1;
    return low + static_cast<std::int64_t>(random_word(key_, 0, next_++) % count);
  }
  /// Normal with mean 0 and deviation 1. Source: Box and Muller 1958.
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  std::uint64_t key_;
  std::int64_t next_ = 0;
};

}  // namespace luge::data
