// Offsets for values that live for a while in one arena: values alive at the same time never overlap.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace luge {

struct Lifetime {
  int first = 0, last = 0;  // steps, both included
  std::size_t bytes = 0;
};

struct ArenaPlan {
  std::vector<std::size_t> offsets;  // multiples of arena_alignment
  std::size_t bytes = 0;             // the exact end of the highest value
};

inline constexpr std::size_t arena_alignment = 64;

ArenaPlan plan_arena(std::span<const Lifetime> lifetimes);

/// The most bytes alive at once (each rounded up to the alignment): no plan can need less.
std::size_t peak_alive(std::span<const Lifetime> lifetimes);

}  // namespace luge
