// Which classes are taken for which other ones most often.
#pragma once

#include <cstdint>
#include <vector>

#include "experiment/inference.h"

namespace luge::experiment {

/// Samples of one class that were taken for another one.
struct ConfusedPair {
  std::size_t label = 0, guess = 0;
  std::int64_t count = 0;
  std::vector<std::int64_t> samples;  // those that the network was surest about, the surest first
};

/// The pairs of classes with the most wrong answers, at most `pairs`, each with at most `each` samples. Of
/// equally many the one whose wrong answers are surer comes first. Samples without an answer do not count.
std::vector<ConfusedPair> most_confused(const data::Dataset& samples, const Answers& answers,
                                        std::size_t pairs, std::size_t each);
/// The probability that a row of answers gives to a class; a single answer is that of the second of two.
double probability_of(std::span<const float> row, std::size_t label);

}  // namespace luge::experiment
