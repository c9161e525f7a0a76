// A float32 number as the sum of two bfloat16 ones, x ≈ hi + lo with hi = bf16(x) and lo = bf16(x - hi), laid
// out for products that are summed over tripled extents: a·b ≈ Σ over [hi|lo|hi]·[hi|hi|lo].
#pragma once

#include <array>
#include <cstdint>

#include "luge/dtype.h"

namespace luge::cpu::bf16x3 {

enum class Half : std::uint8_t { hi, lo };
using Order = std::array<Half, 3>;
/// What is where in the left and in the right factor: hi·hi + lo·hi + hi·lo.
inline constexpr Order left = {Half::hi, Half::lo, Half::hi}, right = {Half::hi, Half::hi, Half::lo};

/// Memory seen as `outer` runs of `run` neighboring numbers; each run becomes three.
struct Runs {
  std::int64_t outer = 1, run = 0;
  std::int64_t numbers() const { return outer * run; }
};

/// Packs [outer, run] into [outer, 3, run]. False when a number is infinite, NaN, or rounds to infinity: its
/// halves do not add up to it. What was written is then of no use.
bool pack(const Runs& runs, const Order& order, const float* from, bfloat16* to, int threads);

}  // namespace luge::cpu::bf16x3
