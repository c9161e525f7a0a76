// The progress bar of a training: Keras' look, on a terminal redrawn on the same line, elsewhere one line an
// epoch and one a minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "luge/train/callback.h"

namespace luge::train {

struct ProgressStyle {
  bool terminal = false;  // cursor movements allowed
  bool color = false;
  std::function<int()> columns = [] { return 80; };  // asked before each redraw, which must not wrap
};

class Progress {
 public:
  using Clock = std::chrono::steady_clock;
  Progress(std::ostream& out, ProgressStyle style) : out_(out), style_(std::move(style)) {}

  /// `done`: the number of steps of the epoch that an earlier process has made.
  void begin_epoch(std::int64_t epoch, std::int64_t epochs, std::int64_t steps, Clock::time_point now,
                   std::int64_t done = 0);
  /// True when a line should be written: on a terminal at most every 0.05 s, elsewhere every minute.
  bool due(Clock::time_point now) const;
  void draw(std::int64_t step, const Logs& logs, Clock::time_point now);
  /// The final line of an epoch. Short epochs overwrite the line of the epoch before on a terminal.
  void end_epoch(std::int64_t step, const Logs& logs, Clock::time_point now);
  /// After the last epoch: keeps the lines that would have been overwritten.
  void finish();
  /// Shown after the figures from now on.
  void show_rate(double rate) { rate_ = rate; }

 private:
  // The parts of a line; on narrow terminals some are left out.
  struct Parts {
    std::string counter, time, step_time;
    std::vector<std::string> figures;
  };
  Parts parts(std::int64_t step, const Logs& logs, Clock::time_point now, bool running) const;
  std::string heading() const;
  std::string whole(const Parts& parts, std::int64_t bar_width) const;
  /// One line of at most this number of columns: shorter bar, no step time, fewer figures.
  std::string fitted(const Parts& parts, int columns) const;
  /// The whole text, with line breaks between figures.
  std::string broken(const Parts& parts, int columns) const;
  std::string bar(std::int64_t width) const;

  std::ostream& out_;
  ProgressStyle style_;
  std::int64_t epoch_ = 0, epochs_ = 0, steps_ = 0, done_ = 0, step_ = 0, first_epoch_ = -1;
  Clock::time_point start_, last_draw_, last_kept_, last_place_, first_start_;
  bool kept_any_ = false, in_place_ = false;
  std::string pending_;  // lines of an epoch that the next one may overwrite
  std::optional<double> rate_;
};

/// "2s", "1m 5s", "1h 2m"
std::string duration_text(double seconds);
/// "1.9ms", "310us", "2s"
std::string step_time_text(double seconds);

}  // namespace luge::train
