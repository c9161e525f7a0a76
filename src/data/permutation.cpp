#include "data/permutation.h"

#include <numeric>
#include <utility>

#include "core/philox.h"

namespace luge::data {

std::vector<std::int64_t> permutation(std::int64_t count, std::uint64_t seed, std::uint64_t stream) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (std::uint64_t last = static_cast<std::uint64_t>(count); last > 1; --last) {
    const PhiloxBlock words = philox(seed, stream, last);
    const std::uint64_t word = (std::uint64_t{words[0]} << 32) | words[1];
    // The bias of the remainder is below 2^-40 for any count that fits in memory.
    std::swap(order[last - 1], order[word % last]);
  }
  return order;
}

std::uint64_t random_word(std::uint64_t seed, std::uint64_t stream, std::int64_t index) {
  const PhiloxBlock words = philox(seed, stream, static_cast<std::uint64_t>(index));
  return (std::uint64_t{words[0]} << 32) | words[1];
}

std::uint64_t sample_key(std::uint64_t seed, std::int64_t epoch, std::int64_t index) {
  return random_word(seed, kAugmentStream | static_cast<std::uint64_t>(epoch), index);
}

}  // namespace luge::data
