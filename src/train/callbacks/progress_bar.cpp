#include "luge/train/callbacks.h"
#include "train/progress.h"

namespace luge::train {
namespace {

class ProgressBar final : public Callback {
 public:
  ProgressBar(std::ostream& out, const ProgressBarOptions& options)
      : progress_(out, {options.terminal, options.colour, options.columns}) {}
  void epoch_begin(Fit& fit) override {
    progress_.begin_epoch(fit.epoch, fit.epochs, fit.steps, Progress::Clock::now());
  }
  void step_end(Fit& fit) override {
    const auto now = Progress::Clock::now();
    if (progress_.due(now)) progress_.draw(fit.step, fit.logs(), now);
  }
  void epoch_end(Fit& fit) override { progress_.end_epoch(fit.step, fit.logs(), Progress::Clock::now()); }
  void train_end(Fit& fit) override {
    if (fit.step > 0 && fit.step_is_open) progress_.end_epoch(fit.step, fit.logs(), Progress::Clock::now());
  }

 private:
  Progress progress_;
};

}  // namespace

CallbackRef progress_bar(std::ostream& out, const ProgressBarOptions& options) {
  return std::make_shared<ProgressBar>(out, options);
}

}  // namespace luge::train
