// The 64-bit xxHash (Yann Collet, "xxHash fast digest algorithm", XXH64): notices damaged bytes, proves
// nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace luge::io {

class Xxh64 {
 public:
  void update(std::span<const std::byte> bytes);
  std::uint64_t digest() const;

 private:
  void round(const std::byte* stripe);

  std::array<std::uint64_t, 4> lanes_ = initial_lanes();
  std::array<std::byte, 32> rest_{};
  std::size_t rest_size_ = 0;
  std::uint64_t total_ = 0;

  static std::array<std::uint64_t, 4> initial_lanes();
};

std::uint64_t xxh64(std::span<const std::byte> bytes);

}  // namespace luge::io
