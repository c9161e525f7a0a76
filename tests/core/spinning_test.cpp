// The parked team: what it changes is a matter of time, so only that it comes up and stays harmless is tested
// here.
#include "core/spinning.h"

#include <gtest/gtest.h>
#include <omp.h>
#include <unistd.h>

#include <filesystem>

namespace luge {
namespace {

int threads_of_this_process() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}

TEST(Spinning, ParksOneTeamOnceAndParallelRegionsGoOn) {
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

TEST(Spinning, IsThrottledWhileTheMachineIsSharedAndAWhileAfter) {
  SpinDecision decision;
  EXPECT_FALSE(decision.update(0.02, 0.04, 0));
  EXPECT_FALSE(decision.update(0.02, 0.04, 1)) << "one means nothing";
  EXPECT_FALSE(decision.update(1, 2, 20)) << "a quiet machine preempts now and then";
  EXPECT_TRUE(decision.update(0.02, 0.04, 5));
  EXPECT_TRUE(decision.update(0.5, 1, 3));
  EXPECT_TRUE(decision.update(1, 2, 10));
  EXPECT_TRUE(decision.update(0.1, 0.2, 30)) << "shared again: the calm begins anew";
  EXPECT_TRUE(decision.update(1.5, 3, 0));
  EXPECT_FALSE(decision.update(0.6, 1.2, 0));
}

TEST(Spinning, IsThrottledInAProcessThatHardlyGetsAProcessor) {
  SpinDecision decision;
  EXPECT_TRUE(decision.update(1, 0.03, 8));
}

TEST(Spinning, WatchingDisturbsNothing) {
  for (int i = 0; i < 1000; ++i) watch_spinning();
}

}  // namespace
}  // namespace luge
