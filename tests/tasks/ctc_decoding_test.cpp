// Decoding of CTC: known values, and a search over all alignments.
#include "luge/tasks/ctc_decoding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "luge/error.h"
#include "support/errors.h"

namespace luge::tasks {
namespace {

using Labels = std::vector<std::int64_t>;
using testing::expect_error;

// The labels that an alignment says.
Labels collapsed(const Labels& alignment) {
  Labels labels;
  for (std::size_t t = 0; t < alignment.size(); ++t) {
    const bool again = t > 0 && alignment[t] == alignment[t - 1];
    if (alignment[t] != 0 && !again) labels.push_back(alignment[t]);
  }
  return labels;
}

// The probability of each list of labels, by all alignments.
std::map<Labels, double> by_hand(const std::vector<float>& p, std::size_t classes) {
  const std::size_t positions = p.size() / classes;
  std::map<Labels, double> sums;
  const auto count = static_cast<std::size_t>(std::pow(classes, positions));
  for (std::size_t code = 0; code < count; ++code) {
    Labels alignment;
    double probability = 1;
    for (std::size_t t = 0, rest = code; t < positions; ++t, rest /= classes) {
      alignment.push_back(static_cast<std::int64_t>(rest % classes));
      probability *= p[t * classes + rest % classes];
    }
    sums[collapsed(alignment)] += probability;
  }
  return sums;
}

std::vector<float> probabilities(std::size_t positions, std::size_t classes, std::uint32_t seed) {
  std::vector<float> p(positions * classes);
  for (std::size_t t = 0; t < positions; ++t) {
    float sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      seed = seed * 1664525 + 1013904223;
      sum += p[t * classes + c] = 0.05f + static_cast<float>(seed >> 8) / (1 << 24);
    }
    for (std::size_t c = 0; c < classes; ++c) p[t * classes + c] /= sum;
  }
  return p;
}

// Graves 2012, section 7.5: the best path says nothing with 0.36, but 'a' has 0.64 in all.
TEST(CtcDecoding, TheLikeliestAlignmentIsNotAlwaysTheLikeliestText) {
  const std::vector<float> p = {0.6f, 0.4f, 0.6f, 0.4f};
  const Decoded greedy = ctc_greedy(p, 2), beam = ctc_beam(p, 2, 10);
  EXPECT_EQ(greedy.labels, Labels{});
  EXPECT_NEAR(greedy.probability, 0.36, 1e-6);
  EXPECT_EQ(beam.labels, Labels{1});
  EXPECT_NEAR(beam.probability, 0.64, 1e-6);
}

TEST(CtcDecoding, GreedyJoinsNeighborsAndKeepsWhatABlankParts) {
  const auto one_hot = [](const Labels& alignment) {
    std::vector<float> p(3 * alignment.size());
    for (std::size_t t = 0; t < alignment.size(); ++t) p[3 * t + static_cast<std::size_t>(alignment[t])] = 1;
    return p;
  };
  EXPECT_EQ(ctc_greedy(one_hot({1, 1, 0, 1, 2, 2, 0}), 3).labels, (Labels{1, 1, 2}));
  EXPECT_EQ(ctc_beam(one_hot({1, 1, 0, 1, 2, 2, 0}), 3, 5).labels, (Labels{1, 1, 2}));
  EXPECT_EQ(ctc_greedy(one_hot({0, 0, 2, 1}), 3, 2).labels, (Labels{0, 1})) << "another blank";
  EXPECT_EQ(ctc_greedy({}, 3).labels, Labels{});
}

TEST(CtcDecoding, ProbabilitiesAreThoseOfAllAlignments) {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    const std::vector<float> p = probabilities(5, 3, seed);
    double total = 0;
    for (const auto& [labels, expected] : by_hand(p, 3)) {
      EXPECT_NEAR(ctc_probability(p, 3, labels), expected, 1e-7);
      total += expected;
    }
    EXPECT_NEAR(total, 1, 1e-6);
    EXPECT_EQ(ctc_probability(p, 3, Labels{1, 1, 1, 1}), 0) << "needs seven positions";
  }
}

TEST(CtcDecoding, AWideBeamFindsTheLikeliestText) {
  int different = 0;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const std::vector<float> p = probabilities(6, 4, seed);
    const auto sums = by_hand(p, 4);
    const auto best = std::max_element(sums.begin(), sums.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    const Decoded found = ctc_beam(p, 4, 5000);
    EXPECT_EQ(found.labels, best->first) << seed;
    EXPECT_NEAR(found.probability, best->second, 1e-7);
    EXPECT_GE(found.probability, ctc_greedy(p, 4).probability - 1e-9);
    different += ctc_greedy(p, 4).labels != found.labels;
  }
  EXPECT_GT(different, 0) << "the cases do not tell both ways apart";
}

// 1500 positions of three classes: their product is far below the smallest double.
TEST(CtcDecoding, ManyPositionsDoNotVanish) {
  std::vector<float> p;
  for (int t = 0; t < 1500; ++t) p.insert(p.end(), {0.3f, t % 2 ? 0.36f : 0.34f, t % 2 ? 0.34f : 0.36f});
  EXPECT_EQ(ctc_beam(p, 3, 1).labels.empty(), false);
}

TEST(CtcDecoding, WrongNumbersAreRefused) {
  const std::vector<float> p = {0.5f, 0.5f, 1};
  expect_error<ValueError>([&] { ctc_greedy(p, 2); }, {"3 probabilities", "2 classes"});
  expect_error<ValueError>([&] { ctc_greedy(p, 3, 3); }, {"blank is 3", "0 to 2"});
  expect_error<ValueError>([&] { ctc_beam(p, 3, 0); }, {"beam is 0"});
  expect_error<ValueError>([&] { ctc_probability(p, 3, Labels{0}); }, {"label 0"});
  expect_error<ValueError>([&] { ctc_greedy(p, 0); }, {"0 classes"});
}

}  // namespace
}  // namespace luge::tasks
