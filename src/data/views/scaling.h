// The loops over the numbers of inputs: scaling, and the search for what is not finite.
#pragma once

#include <cstddef>
#include <cstdint>

namespace luge::data {

/// to[i] = (from[i] - offset) * scale, each rounded.
void scale_numbers(const std::uint8_t* from, std::size_t count, float* to, float offset, float scale);
/// The same, also where both are one.
void scale_numbers(const float* from, std::size_t count, float* to, float offset, float scale);

/// True when all numbers are finite.
bool all_finite(const float* numbers, std::size_t count);

}  // namespace luge::data
