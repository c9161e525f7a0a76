// Objects of static duration may compute when they are made and when they end.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "luge/luge.h"

namespace luge {
namespace {

float computed() { return sum(exp(zeros({3})) * 2 + square(ones({3}))).item<float>(); }

// Made before anything the engine makes when it is first used, so it ends after all of that.
struct Late {
  bool armed = false;
  ~Late() {
    if (armed) ::_exit(computed() == 9 ? 7 : 1);
  }
} late;
const float early = computed();

TEST(StaticDestructorDeathTest, MayCompute) {
  EXPECT_EQ(early, 9);
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        late.armed = true;
        computed();
        std::exit(0);
      },
      ::testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace luge
