#include "core/threads.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace luge
