// The progress bar's lines, with a clock of the test's own.
#include "train/progress.h"

#include <gtest/gtest.h>

#include <sstream>

namespace luge::train {
namespace {

using namespace std::chrono_literals;

TEST(Progress, WithoutATerminalOneLineAnEpoch) {
  std::ostringstream out;
  Progress progress(out, {});
  const Progress::Clock::time_point start{};
  progress.begin_epoch(2, 5, 938, start);
  EXPECT_FALSE(progress.due(start + 10s));
  progress.end_epoch(938, {{"loss", 0.28713}, {"accuracy", 0.8951}}, start + 1782ms);
  EXPECT_EQ(out.str(),
            "Epoch 3/5 938/938 ━━━━━━━━━━━━━━━━━━━━ 2s 1.9ms/step - loss: 0.2871 - accuracy: 0.8951\n");
}

TEST(Progress, OnATerminalItRedrawsAtMostTwentyTimesASecond) {
  std::ostringstream out;
  Progress progress(out, {.terminal = true, .columns = 41});
  const Progress::Clock::time_point start{};
  progress.begin_epoch(0, 1, 10, start);
  EXPECT_FALSE(progress.due(start + 49ms));
  ASSERT_TRUE(progress.due(start + 50ms));
  progress.draw(5, {{"loss", 1.0}, {"a long name of a figure", 2.0}}, start + 50ms);
  EXPECT_FALSE(progress.due(start + 99ms));
  EXPECT_EQ(out.str(), "Epoch 1/1\n\r\x1b[K5/10 ━━━━━━━━━━────────── 0s 10.0ms/step");
}

TEST(Progress, DurationsReadWell) {
  EXPECT_EQ(duration_text(59.4), "59s");
  EXPECT_EQ(duration_text(65), "1m 5s");
  EXPECT_EQ(duration_text(3725), "1h 2m");
  EXPECT_EQ(step_time_text(0.00031), "310us");
  EXPECT_EQ(step_time_text(0.25), "250ms");
  EXPECT_EQ(step_time_text(2.5), "2.5s");
}

}  // namespace
}  // namespace luge::train
