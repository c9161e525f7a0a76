// The parked team: what it changes is a matter of time, so only that it comes up and stays harmless is tested
// here.
#include "data/throttle.h"

#include <gtest/gtest.h>
#include <omp.h>
#include <unistd.h>

#include <filesystem>

namespace luge::data {
namespace {

int threads_of_this_process() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}

TEST(Throttle, ParksOneTeamOnceAndParallelRegionsGoOn) {
  throttle_spinning();
  for (int i = 0; i < 500 && threads_of_this_process() < 3; ++i) usleep(10000);
  const int threads = threads_of_this_process();
  EXPECT_GE(threads, 3) << "the team's master and at least one member";
  throttle_spinning();
  int sum = 0;
#pragma omp parallel for reduction(+ : sum) num_threads(2)
  for (int i = 0; i < 100; ++i) sum += i;
  EXPECT_EQ(sum, 4950);
  EXPECT_LE(threads_of_this_process(), threads + 1) << "a second call parks nothing";
}

}  // namespace
}  // namespace luge::data
