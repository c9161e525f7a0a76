// Bytes and counts of a thread's memory, which is laid out in cache lines.
#pragma once

#include <cstddef>
#include <cstdint>

namespace luge::cpu::fused {

inline std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }
inline std::size_t size(std::int64_t count) { return static_cast<std::size_t>(count); }

}  // namespace luge::cpu::fused
