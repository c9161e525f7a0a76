#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "train/progress.h"

namespace luge::train {
namespace {

// The file that a stream writes to; -1 when that is not known.
int file_of(const std::ostream& out) {
  if (&out == &std::cerr || &out == &std::clog) return STDERR_FILENO;
  return &out == &std::cout ? STDOUT_FILENO : -1;
}

ProgressStyle style_of(const std::ostream& out, const ProgressBarOptions& options) {
  const int file = file_of(out);
  const char* no_color = std::getenv("NO_COLOR");
  ProgressStyle style;
  style.terminal = options.terminal.value_or(file >= 0 && ::isatty(file) == 1);
  style.color = options.color.value_or(style.terminal && !(no_color && *no_color));
  style.columns = [file, given = options.columns] {
    if (given > 0) return given;
    winsize size{};
    return file >= 0 && ::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? int{size.ws_col} : 80;
  };
  return style;
}

class ProgressBar final : public Callback {
 public:
  ProgressBar(std::ostream& out, const ProgressBarOptions& options)
      : progress_(out, style_of(out, options)) {}
  void train_begin(Fit& fit) override { first_rate_ = fit.trainer->optimizer().current_rate(); }
  void epoch_begin(Fit& fit) override {
    progress_.begin_epoch(fit.epoch, fit.epochs, fit.steps, Progress::Clock::now(), fit.step);
  }
  void step_end(Fit& fit) override {
    const auto now = Progress::Clock::now();
    if (!progress_.due(now)) return;
    look_at_rate(fit);
    progress_.draw(fit.step, fit.logs(), now);
  }
  void epoch_end(Fit& fit) override { end(fit); }
  void train_end(Fit& fit) override {
    if (fit.step > 0 && fit.step_is_open) end(fit);
    progress_.finish();
  }

 private:
  void end(Fit& fit) {
    look_at_rate(fit);
    progress_.end_epoch(fit.step, fit.logs(), Progress::Clock::now());
  }
  // The rate is shown once it has changed.
  void look_at_rate(const Fit& fit) {
    const optim::Optimizer& optimizer = fit.trainer->optimizer();
    const double rate = optimizer.current_rate();
    if (!optimizer.options().schedule.is_constant() || rate != first_rate_) progress_.show_rate(rate);
  }

  Progress progress_;
  double first_rate_ = 0;
};

}  // namespace

CallbackRef progress_bar(std::ostream& out, const ProgressBarOptions& options) {
  return std::make_shared<ProgressBar>(out, options);
}

}  // namespace luge::train
