// Draws one id from the logits of all.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string_view>

namespace luge::tasks {

/// How much chance a draw has.
struct SamplingOptions {
  double temperature = 1;  // logits are divided by it; 0: the largest one, of equal ones the lowest id
  std::int64_t top_k = 0;  // only the k largest are drawn from, and those equal to the last of them; 0: all
  /// Only the largest whose probabilities together reach this are drawn from, and those equal to the last of
  /// them; 1: all.
  double top_p = 1;
  std::uint64_t seed = 0;
};
/// Throws ValueError, which begins with `who`, for an option out of range.
void check_sampling(std::string_view who, const SamplingOptions& options);

class Sampler {
 public:
  explicit Sampler(const SamplingOptions& options) : options_(options), random_(options.seed) {}
  /// The index of one of the logits. A draw with temperature 0 or of one candidate takes a random number,
  /// too, so that later ones do not depend on it.
  std::size_t draw(std::span<const float> logits);

 private:
  SamplingOptions options_;
  std::mt19937_64 random_;
};

}  // namespace luge::tasks
