// The largest magnitude among floating numbers, as the bits that represent it: those of NaN are the largest.
#pragma once

#include <cstddef>
#include <cstdint>

namespace luge::cpu::guard {

struct Functions {
  std::uint64_t (*of_16_bits)(const std::uint16_t* x, std::int64_t count);
  std::uint64_t (*of_32_bits)(const std::uint32_t* x, std::int64_t count);
  std::uint64_t (*of_64_bits)(const std::uint64_t* x, std::int64_t count);
};
/// For the best instruction set of this machine.
const Functions& functions();

}  // namespace luge::cpu::guard
