// What a training sets for the process is set again afterwards as it was before.
#include <gtest/gtest.h>

#include "core/threads.h"
#include "luge/compile.h"
#include "luge/error.h"
#include "luge/experiment/settings.h"

namespace luge {
namespace {

using experiment::Scope;
using experiment::Settings;

struct Present {
  int threads = thread_count();
  Math mode = math();
  Precision numbers = precision();
  std::size_t limit = memory_limit();
  random::State state = random::state();
  bool operator==(const Present&) const = default;
};

Settings unusual() {
  return {.threads = 1,
          .math = Math::strict,
          .precision = Precision::bf16,
          .memory_limit = 123456789,
          .random = {.seed = 77, .draw = 5}};
}

TEST(Settings, HoldWithinTheScopeAndNotAfterIt) {
  const Present before;
  Settings mine = unusual();
  {
    const Scope scope(mine);
    EXPECT_EQ(thread_count(), 1);
    EXPECT_EQ(math(), Math::strict);
    EXPECT_EQ(precision(), Precision::bf16);
    EXPECT_EQ(memory_limit(), 123456789u);
    EXPECT_EQ(random::state(), (random::State{77, 5}));
  }
  EXPECT_EQ(Present(), before);
}

TEST(Settings, AreRestoredAfterAnException) {
  const Present before;
  Settings mine = unusual();
  try {
    const Scope scope(mine);
    throw ValueError("in the middle");
  } catch (const ValueError&) {
  }
  EXPECT_EQ(Present(), before);
}

TEST(Settings, AWrongNumberOfThreadsChangesNothing) {
  const Present before;
  Settings wrong = unusual();
  wrong.threads = 0;
  EXPECT_THROW(const Scope scope(wrong), ValueError);
  EXPECT_EQ(Present(), before);
}

TEST(Settings, TheRandomGeneratorGoesOnInTheNextScope) {
  Settings one = unusual(), other = unusual();
  const auto draw = [](Settings& settings) {
    const Scope scope(settings);
    return random::next();
  };
  EXPECT_EQ(draw(one), (random::State{77, 5}));
  EXPECT_EQ(draw(other), (random::State{77, 5}));
  EXPECT_EQ(draw(one), (random::State{77, 6}));
}

TEST(Settings, ScopesMayBeNested) {
  const Present before;
  Settings outer = unusual(), inner = unusual();
  inner.memory_limit = 1;
  inner.random.seed = 78;
  {
    const Scope first(outer);
    random::next();
    {
      const Scope again(outer);
      EXPECT_EQ(random::next(), (random::State{77, 6})) << "the same settings go on";
    }
    {
      const Scope second(inner);
      EXPECT_EQ(memory_limit(), 1u);
      random::next();
    }
    EXPECT_EQ(memory_limit(), outer.memory_limit);
    EXPECT_EQ(random::next(), (random::State{77, 7}));
  }
  EXPECT_EQ(Present(), before);
}

}  // namespace
}  // namespace luge
