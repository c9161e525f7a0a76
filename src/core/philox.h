// Philox4x32-10 (Salmon et al. 2011): random numbers as a pure function of key, draw and element, so that any
// thread on any device computes the same number for the same element.
#pragma once

#include <array>
#include <cstdint>

namespace luge {

using PhiloxBlock = std::array<std::uint32_t, 4>;

/// Four random words. `seed` keys the generator; `draw` and `block` are its counter.
constexpr PhiloxBlock philox(std::uint64_t seed, std::uint64_t draw, std::uint64_t block) {
  constexpr auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  constexpr auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  PhiloxBlock c = {low(block), high(block), low(draw), high(draw)};
  std::uint32_t k0 = low(seed), k1 = high(seed);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = 0xD2511F53ull * c[0], b = 0xCD9E8D57ull * c[2];
    c = {high(b) ^ c[1] ^ k0, low(b), high(a) ^ c[3] ^ k1, low(a)};
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return c;
}

/// In [0, 1): 24 bits of a word.
constexpr float uniform_f32(std::uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }
/// In [0, 1): 53 bits of two words.
constexpr double uniform_f64(std::uint32_t first, std::uint32_t second) {
  return (static_cast<double>(first >> 5) * 0x1p26 + static_cast<double>(second >> 6)) * 0x1p-53;
}

/// The number of element `index` (row-major): float32 takes word index % 4 of block index / 4, float64 takes
/// two words of block index / 2.
constexpr float philox_f32(std::uint64_t seed, std::uint64_t draw, std::uint64_t index) {
  return uniform_f32(philox(seed, draw, index / 4)[index % 4]);
}
constexpr double philox_f64(std::uint64_t seed, std::uint64_t draw, std::uint64_t index) {
  const PhiloxBlock words = philox(seed, draw, index / 2);
  return uniform_f64(words[2 * (index % 2)], words[2 * (index % 2) + 1]);
}

}  // namespace luge
