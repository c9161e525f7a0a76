// The callbacks that come with Luge.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "luge/train/callback.h"

namespace luge::train {

struct EarlyStoppingOptions {
  std::string monitor = "val_loss";  // direction follows from the name: losses fall, accuracies rise
  std::int64_t patience = 3;         // epochs without improvement
  double min_delta = 0;              // what counts as improvement
};
/// Stops when a figure has not improved for a while. Throws ValueError before the first step when nobody
/// measures it, as stop_at does.
CallbackRef early_stopping(const EarlyStoppingOptions& options = {});

/// Stops as soon as a figure is at least as good as `value`.
CallbackRef stop_at(std::string monitor, double value);

/// Stops behind the present step when `asked` is true, such as after a signal.
CallbackRef stop_when(std::function<bool()> asked, std::string reason);

enum class OnSaveError { stop, warn };
struct CheckpointOptions {
  /// What best.safetensors is chosen by; empty: val_accuracy or val_loss, and no such file without
  /// validation.
  std::string monitor = {};
  std::int64_t every = 0;  // steps between step-N.safetensors; 0: none
  std::int64_t keep = 3;   // of those
  /// A checkpoint that cannot be written (full disk): stop with the error, or call `warn` and go on. The last
  /// good ones stay either way.
  OnSaveError on_error = OnSaveError::stop;
  std::function<void(const std::string&)> warn = {};
};
/// Writes into `folder`: checkpoints/last.safetensors behind an epoch (at most once a second) and at the end,
/// checkpoints/best.safetensors when the monitored figure is the best so far, metrics.csv and metrics.jsonl.
/// Runs behind all other callbacks.
CallbackRef checkpoint(std::filesystem::path folder, const CheckpointOptions& options = {});

struct ProgressBarOptions {
  /// Redraw in place; else one line an epoch, and one a minute within it. Left open: whether the stream is
  /// std::cerr, std::clog or std::cout, and that is a terminal.
  std::optional<bool> terminal = {};
  std::optional<bool> colour = {};  // left open: on a terminal, unless NO_COLOR is set
  int columns = 0;                  // 0: the terminal's, followed when it changes
};
/// Keras' progress bar, with the time an epoch will still take, on a stream that outlives the training. It
/// shows the learning rate when a schedule or a callback changes it.
CallbackRef progress_bar(std::ostream& out, const ProgressBarOptions& options = {});

}  // namespace luge::train
