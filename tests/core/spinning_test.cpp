// The parked team: what it changes is a matter of time, so only that it comes up and stays harmless is tested
// here.
#include "core/spinning.h"

#include <gtest/gtest.h>
#include <omp.h>
#include <unistd.h>

#include <filesystem>

#include "core/waiting_threads.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

int threads_of_this_process() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}

TEST(Spinning, ParksOneTeamAndLetsItGo) {
  int sum = 0;
#pragma omp parallel for reduction(+ : sum) num_threads(2)
  for (int i = 0; i < 100; ++i) sum += i;
  const int before = threads_of_this_process();
  throttle_spinning(true);
  for (int i = 0; i < 500 && threads_of_this_process() < before + 2; ++i) usleep(10000);
  const int threads = threads_of_this_process();
  EXPECT_GE(threads, before + 2) << "the team's master and at least one member";
  throttle_spinning(true);
#pragma omp parallel for reduction(+ : sum) num_threads(2)
  for (int i = 0; i < 100; ++i) sum += i;
  EXPECT_EQ(sum, 2 * 4950);
  EXPECT_EQ(threads_of_this_process(), threads) << "a second call parks nothing";
  throttle_spinning(false);
  for (int i = 0; i < 500 && threads_of_this_process() >= threads; ++i) usleep(10000);
  EXPECT_LT(threads_of_this_process(), threads);
}

TEST(Spinning, IsThrottledWhileTheMachineIsSharedAndAWhileAfter) {
  SpinDecision decision;
  EXPECT_FALSE(decision.update(0.02, 0));
  EXPECT_FALSE(decision.update(1, 0.05)) << "processes of the lowest priority take some hundredths";
  EXPECT_TRUE(decision.update(0.02, 0.33)) << "a process that computes all the time";
  EXPECT_TRUE(decision.update(0.5, 0.01));
  EXPECT_TRUE(decision.update(1, 0));
  EXPECT_TRUE(decision.update(0.1, 0.5)) << "shared again: the calm starts over";
  EXPECT_TRUE(decision.update(1.5, 0));
  EXPECT_FALSE(decision.update(0.6, 0));
}

TEST(Spinning, GoesByWaitingAndElseByPreemptions) {
  EXPECT_EQ(SpinDecision::waited_part(0.2, 0.0, 100), 0) << "short tasks of the system";
  EXPECT_DOUBLE_EQ(SpinDecision::waited_part(0.15, 0.05, 0), 0.25);
  EXPECT_EQ(SpinDecision::waited_part(0, 0.0, 0), 0);
  EXPECT_EQ(SpinDecision::waited_part(0.2, std::nullopt, 4), 0) << "a quiet machine preempts now and then";
  EXPECT_EQ(SpinDecision::waited_part(0.2, std::nullopt, 20), 1);
  EXPECT_EQ(SpinDecision::waited_part(0.03, std::nullopt, 8), 1) << "a process that hardly gets a processor";
}

TEST(Spinning, ReadsHowLongThreadsWaited) {
  const testing::TempDir folder;
  EXPECT_FALSE(seconds_without_processor(folder.path().c_str()));
  EXPECT_FALSE(seconds_without_processor((folder.path() / "none").c_str()));
  for (const char* task : {"11", "12", "13"}) std::filesystem::create_directory(folder.path() / task);
  EXPECT_FALSE(seconds_without_processor(folder.path().c_str()));
  folder.write("11/schedstat", "5000000000 1500000000 7\n");
  folder.write("12/schedstat", "20 250000000 1\n");
  folder.write("13/schedstat", "");  // a thread that just ended
  EXPECT_DOUBLE_EQ(seconds_without_processor(folder.path().c_str()).value_or(-1), 1.75);
}

TEST(Spinning, WatchingDisturbsNothing) {
  for (int i = 0; i < 1000; ++i) watch_spinning();
}

}  // namespace
}  // namespace luge
