#include "compile/arena_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace luge {
namespace {

std::vector<Lifetime> random_lifetimes(std::mt19937& random, int count, int steps) {
  std::vector<Lifetime> lifetimes;
  for (int i = 0; i < count; ++i) {
    const int first = static_cast<int>(random() % static_cast<unsigned>(steps));
    const int length = static_cast<int>(random() % (random() % 8 == 0 ? static_cast<unsigned>(steps) : 4u));
    lifetimes.push_back(
        {first, std::min(first + length, steps - 1), random() % 10 == 0 ? 0 : random() % 5000});
  }
  return lifetimes;
}

void expect_apart(const std::vector<Lifetime>& lifetimes, const ArenaPlan& plan) {
  std::size_t end = 0;
  for (std::size_t a = 0; a < lifetimes.size(); ++a) {
    EXPECT_EQ(plan.offsets[a] % arena_alignment, 0u);
    if (lifetimes[a].bytes) end = std::max(end, plan.offsets[a] + lifetimes[a].bytes);
    for (std::size_t b = 0; b < a; ++b) {
      const bool together =
          lifetimes[a].first <= lifetimes[b].last && lifetimes[b].first <= lifetimes[a].last;
      if (!together || !lifetimes[a].bytes || !lifetimes[b].bytes) continue;
      EXPECT_TRUE(plan.offsets[a] + lifetimes[a].bytes <= plan.offsets[b] ||
                  plan.offsets[b] + lifetimes[b].bytes <= plan.offsets[a])
          << "values " << a << " and " << b << " overlap";
    }
  }
  EXPECT_EQ(plan.bytes, end);
}

TEST(ArenaPlan, ValuesAliveTogetherNeverOverlap) {
  std::mt19937 random(1);
  for (int round = 0; round < 100; ++round) {
    const auto lifetimes =
        random_lifetimes(random, 1 + static_cast<int>(random() % 120), 1 + static_cast<int>(random() % 60));
    const ArenaPlan plan = plan_arena(lifetimes);
    expect_apart(lifetimes, plan);
    EXPECT_LE(peak_alive(lifetimes), (plan.bytes + 63) / 64 * 64);
  }
}

TEST(ArenaPlan, ManyValuesToo) {
  std::mt19937 random(2);
  const auto lifetimes = random_lifetimes(random, 3000, 1500);
  expect_apart(lifetimes, plan_arena(lifetimes));
}

TEST(ArenaPlan, AChainNeedsTwoValuesAtOnce) {
  std::vector<Lifetime> chain;
  for (int i = 0; i < 100000; ++i) chain.push_back({i, i + 1, 1000});
  const ArenaPlan plan = plan_arena(chain);
  EXPECT_EQ(plan.bytes, 1024u + 1000u);
  EXPECT_EQ(peak_alive(chain), 2048u);
}

TEST(ArenaPlan, PutsLargeValuesFirstWhereTheOrderOfStepsWouldLeaveHoles) {
  // A small value in the middle of what the large one needs later.
  const std::vector<Lifetime> lifetimes = {{0, 1, 64}, {0, 5, 64}, {2, 5, 128}};
  EXPECT_LE(plan_arena(lifetimes).bytes, 256u);
  EXPECT_EQ(plan_arena(std::vector<Lifetime>{{0, 0, 640}, {0, 2, 64}, {1, 2, 640}}).bytes, 704u);
}

TEST(ArenaPlan, MovesLargeValuesApartSoThatTheLastOneFits) {
  // Two large values, of which the second must leave room below for what lives beside it.
  const std::vector<Lifetime> lifetimes = {
      {0, 1, 1024}, {1, 28, 256}, {1, 31, 64}, {26, 31, 256}, {31, 32, 1024}};
  EXPECT_EQ(plan_arena(lifetimes).bytes, peak_alive(lifetimes));
}

TEST(ArenaPlan, NothingNeedsNothing) {
  EXPECT_EQ(plan_arena({}).bytes, 0u);
  EXPECT_EQ(plan_arena(std::vector<Lifetime>{{0, 3, 0}}).bytes, 0u);
}

}  // namespace
}  // namespace luge
