#include "io/checksum.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace luge::io {
namespace {

static_assert(std::endian::native == std::endian::little, "the byte order of files is that of the machine");

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87u;
constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4Fu;
constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9u;
constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63u;
constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5u;

template <class T>
T load(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

std::uint64_t mix(std::uint64_t lane, std::uint64_t word) {
  return std::rotl(lane + word * kPrime2, 31) * kPrime1;
}

}  // namespace

std::array<std::uint64_t, 4> Xxh64::initial_lanes() { return {kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1}; }

void Xxh64::round(const std::byte* stripe) {
  for (std::size_t i = 0; i < 4; ++i) lanes_[i] = mix(lanes_[i], load<std::uint64_t>(stripe + 8 * i));
}

void Xxh64::update(std::span<const std::byte> bytes) {
  total_ += bytes.size();
  if (rest_size_ > 0) {
    const std::size_t taken = std::min(bytes.size(), rest_.size() - rest_size_);
    std::copy_n(bytes.begin(), taken, rest_.begin() + static_cast<std::ptrdiff_t>(rest_size_));
    rest_size_ += taken;
    bytes = bytes.subspan(taken);
    if (rest_size_ < rest_.size()) return;
    round(rest_.data());
    rest_size_ = 0;
  }
  for (; bytes.size() >= rest_.size(); bytes = bytes.subspan(rest_.size())) round(bytes.data());
  std::copy(bytes.begin(), bytes.end(), rest_.begin());
  rest_size_ = bytes.size();
}

std::uint64_t Xxh64::digest() const {
  std::uint64_t hash = kPrime5;
  if (total_ >= 32) {
    hash = std::rotl(lanes_[0], 1) + std::rotl(lanes_[1], 7) + std::rotl(lanes_[2], 12) +
           std::rotl(lanes_[3], 18);
    for (std::uint64_t lane : lanes_) hash = (hash ^ mix(0, lane)) * kPrime1 + kPrime4;
  }
  hash += total_;
  std::size_t at = 0;
  for (; at + 8 <= rest_size_; at += 8) {
    hash = std::rotl(hash ^ mix(0, load<std::uint64_t>(&rest_[at])), 27) * kPrime1 + kPrime4;
  }
  if (at + 4 <= rest_size_) {
    hash = std::rotl(hash ^ load<std::uint32_t>(&rest_[at]) * kPrime1, 23) * kPrime2 + kPrime3;
    at += 4;
  }
  for (; at < rest_size_; ++at)
    hash = std::rotl(hash ^ std::to_integer<std::uint64_t>(rest_[at]) * kPrime5, 11) * kPrime1;
  hash = (hash ^ hash >> 33) * kPrime2;
  hash = (hash ^ hash >> 29) * kPrime3;
  return hash ^ hash >> 32;
}

std::uint64_t xxh64(std::span<const std::byte> bytes) {
  Xxh64 hash;
  hash.update(bytes);
  return hash.digest();
}

}  // namespace luge::io
