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
  EXPECT_FALSE(progress.due(start + 59s));
  progress.end_epoch(938, {{"loss", 0.28713}, {"accuracy", 0.8951}}, start + 1782ms);
  EXPECT_EQ(out.str(),
            "Epoch 3/5 938/938 ━━━━━━━━━━━━━━━━━━━━ 2s 1.9ms/step - loss: 0.2871 - accuracy: 0.8951\n");
}

TEST(Progress, OnATerminalItRedrawsAtMostTwentyTimesASecond) {
  std::ostringstream out;
  Progress progress(out, {.terminal = true, .columns = [] { return 60; }});
  const Progress::Clock::time_point start{};
  progress.begin_epoch(0, 1, 10, start);
  EXPECT_FALSE(progress.due(start + 49ms));
  ASSERT_TRUE(progress.due(start + 50ms));
  progress.draw(5, {{"loss", 1.0}, {"a long name of a figure", 2.0}}, start + 50ms);
  EXPECT_FALSE(progress.due(start + 99ms));
  EXPECT_EQ(out.str(), "Epoch 1/1\n\r\x1b[K 5/10 ━━━━━───── ETA 0s 10.0ms/step - loss: 1.0000");
}

TEST(Progress, WithoutATerminalALineAMinute) {
  std::ostringstream out;
  Progress progress(out, {});
  const Progress::Clock::time_point start{};
  progress.begin_epoch(0, 2, 100, start);
  ASSERT_TRUE(progress.due(start + 60s));
  progress.draw(25, {{"loss", 0.5}}, start + 60s);
  EXPECT_FALSE(progress.due(start + 119s));
  EXPECT_TRUE(progress.due(start + 120s));
  EXPECT_EQ(out.str(), "Epoch 1/2 25/100 ━━━━━─────────────── ETA 3m 0s 2.4s/step - loss: 0.5000\n");
}

TEST(Progress, LinesFitAnyWidthThatTheTerminalTakes) {
  const Logs logs = {{"loss", 0.28713}, {"accuracy", 0.8951}, {"val_loss", 0.3}, {"val_accuracy", 0.89}};
  int width = 0;
  for (const int columns : {200, 120, 80, 60, 40, 20, 10}) {
    std::ostringstream out;
    Progress progress(out, {.terminal = true, .columns = [&] { return width; }});
    const Progress::Clock::time_point start{};
    width = 200;
    progress.begin_epoch(0, 1, 938, start);
    progress.show_rate(1e-3);
    width = columns;  // the window has changed
    progress.draw(469, logs, start + 1s);
    progress.end_epoch(938, logs, start + 2s);
    std::string text = out.str(), line;
    for (std::size_t at = text.find("\x1b[K"); at != std::string::npos; at = text.find("\x1b[K"))
      text.replace(at, 3, "");
    for (const char c : text.substr(text.find('\n') + 1)) {
      if (c == '\n' || c == '\r') {
        EXPECT_LE(line.size(), static_cast<std::size_t>(std::max(columns, 40) - 1)) << columns;
        line.clear();
      } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
        line += c;
      }
    }
    EXPECT_TRUE(columns < 40 || text.find("val_accuracy: 0.8900") != std::string::npos) << "lost at the end";
  }
}

TEST(Progress, EpochsThatFlyPastAreRedrawnInPlace) {
  std::ostringstream out;
  Progress progress(out, {.terminal = true});
  Progress::Clock::time_point now{};
  for (std::int64_t epoch = 0; epoch < 1000; ++epoch) {
    progress.begin_epoch(epoch, 1000, 1, now);
    now += 1ms;
    progress.end_epoch(1, {{"loss", 1.0}}, now);
  }
  progress.finish();
  const std::string text = out.str();
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 50);
  EXPECT_NE(text.find("Epoch 1000/1000\n"), std::string::npos);
}

TEST(Progress, WhatAnEarlierProcessDidCountsForNoTime) {
  std::ostringstream out;
  Progress progress(out, {});
  const Progress::Clock::time_point start{};
  progress.begin_epoch(0, 1, 100, start, 90);
  progress.draw(95, {}, start + 60s);
  EXPECT_NE(out.str().find("ETA 1m 0s 12.0s/step"), std::string::npos) << out.str();
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
