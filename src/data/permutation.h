// Orders of samples: the same on every machine for one seed and epoch.
#pragma once

#include <cstdint>
#include <vector>

namespace luge::data {

/// Streams of random numbers of one seed that must be independent.
inline constexpr std::uint64_t kSplitStream = std::uint64_t{1} << 62;
inline constexpr std::uint64_t kAugmentStream = std::uint64_t{1} << 63;
inline constexpr std::uint64_t kDrawStream = std::uint64_t{1} << 61;
inline constexpr std::uint64_t kSimilarStream = std::uint64_t{1} << 60;
inline constexpr std::uint64_t kFoldStream = std::uint64_t{1} << 59;
inline constexpr std::uint64_t kMixStream = std::uint64_t{1} << 58;

/// 0 … count-1 in a random order (Fisher-Yates over Philox words).
std::vector<std::int64_t> permutation(std::int64_t count, std::uint64_t seed, std::uint64_t stream);

/// Random number `index` of a stream.
std::uint64_t random_word(std::uint64_t seed, std::uint64_t stream, std::int64_t index);

/// A number for one sample of one epoch.
std::uint64_t sample_key(std::uint64_t seed, std::int64_t epoch, std::int64_t index);

}  // namespace luge::data
