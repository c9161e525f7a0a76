#include "io/image/scratch.h"

#include <algorithm>
#include <array>
#include <utility>

namespace luge::io {
namespace {

constexpr std::size_t kMost = std::size_t{16} << 20;  // bytes of a block that is kept

// The picture of a file, and the rows of it between both directions of a resize.
thread_local std::array<std::vector<std::uint8_t>, 2> kept;

}  // namespace

std::vector<std::uint8_t> take_bytes(std::size_t bytes) {
  for (std::vector<std::uint8_t>& each : kept) {
    if (each.size() < bytes || each.size() / 4 > bytes) continue;
    std::vector<std::uint8_t> taken = std::exchange(each, {});
    taken.resize(bytes);
    return taken;
  }
  return std::vector<std::uint8_t>(bytes);
}

void give_back(std::vector<std::uint8_t> bytes) {
  if (bytes.capacity() > kMost) return;
  std::vector<std::uint8_t>& smallest = *std::min_element(
      kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  if (smallest.size() < bytes.size()) smallest = std::move(bytes);
}

}  // namespace luge::io
