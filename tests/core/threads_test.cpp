#include "core/threads.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "luge/error.h"

namespace luge {
namespace {

TEST(Threads, AreNeverMoreThanProcessors) {
  const int before = thread_count();
  EXPECT_LE(before, processors());
  set_thread_count(10000);
  EXPECT_EQ(thread_count(), processors());
  set_thread_count(1);
  EXPECT_EQ(thread_count(), 1);
  EXPECT_THROW(set_thread_count(0), ValueError);
  EXPECT_EQ(thread_count(), 1);
  set_thread_count(before);
}

// In a process of its own: gtest starts this program again for it.
TEST(ThreadsDeathTest, AForkBeforeAnyComputationKeepsTheThreads) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        set_thread_count(processors());
        const pid_t child = ::fork();
        if (child == 0) ::_exit(thread_count() == processors() ? 0 : 1);
        int status = 1;
        ::waitpid(child, &status, 0);
        ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 2);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace luge
