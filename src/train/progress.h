// The progress bar of a training: Keras' look, on a terminal redrawn in place, elsewhere one line an epoch.
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

#include "luge/train/callback.h"

namespace luge::train {

struct ProgressStyle {
  bool terminal = false;  // cursor movements allowed
  bool colour = false;
  int columns = 120;  // a redrawn line must not wrap
};

class Progress {
 public:
  using Clock = std::chrono::steady_clock;
  Progress(std::ostream& out, ProgressStyle style) : out_(out), style_(style) {}

  void begin_epoch(std::int64_t epoch, std::int64_t epochs, std::int64_t steps, Clock::time_point now);
  /// Whether a redraw is due: at most every 0.05 s, and never without a terminal.
  bool due(Clock::time_point now) const;
  void draw(std::int64_t step, const Logs& logs, Clock::time_point now);
  /// The final line of an epoch.
  void end_epoch(std::int64_t step, const Logs& logs, Clock::time_point now);

 private:
  std::string line(std::int64_t step, const Logs& logs, Clock::time_point now) const;

  std::ostream& out_;
  ProgressStyle style_;
  std::int64_t epoch_ = 0, epochs_ = 0, steps_ = 0;
  Clock::time_point start_, last_draw_;
};

/// "2s", "1m 5s", "1h 2m"
std::string duration_text(double seconds);
/// "1.9ms", "310us", "2s"
std::string step_time_text(double seconds);

}  // namespace luge::train
