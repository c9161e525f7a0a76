// The callbacks that come with Luge.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "luge/train/callback.h"

namespace luge::train {

struct EarlyStoppingOptions {
  std::string monitor = "val_loss";  // direction follows from the name: losses fall, accuracies rise
  std::int64_t patience = 3;         // validations without improvement
  double min_delta = 0;              // what counts as improvement
};
/// Stops when a figure has not improved for a while. Throws ValueError at the first epoch's end when nobody
/// measures it.
CallbackRef early_stopping(const EarlyStoppingOptions& options = {});

/// Stops as soon as a figure is at least as good as `value`.
CallbackRef stop_at(std::string monitor, double value);

/// Stops behind the present step when `asked` is true, such as after a signal.
CallbackRef stop_when(std::function<bool()> asked, std::string reason);

struct ProgressBarOptions {
  bool terminal = false;  // redraw in place; else one line an epoch
  bool colour = false;
  int columns = 120;
};
/// Keras' progress bar on a stream that outlives the training.
CallbackRef progress_bar(std::ostream& out, const ProgressBarOptions& options = {});

}  // namespace luge::train
