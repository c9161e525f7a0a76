// The callbacks of Luge.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "luge/train/callback.h"

namespace luge::train {

/// Options of early_stopping.
struct EarlyStoppingOptions {
  std::string monitor = "val_loss";            ///< the figure to watch
  std::int64_t patience = 3;                   ///< stop after this many epochs without improvement, 1 or more
  double min_delta = 0;                        ///< an improvement is a change by more than this, 0 or more
  std::optional<metrics::Better> better = {};  ///< which values are better, when the figure does not say so
  /// Gives the network the weights of its best epoch when the training ends. Checkpoints keep these weights
  /// besides the newest, so that a resumed training gives the same.
  bool restore_best = false;
};
/// Stops the training when a figure has not improved for several epochs. NaN is not an improvement. Throws
/// ValueError when an option is out of range. When the training begins, throws ValueError when the figure is
/// not measured or it is not known which values are better. Source: Keras EarlyStopping.
CallbackRef early_stopping(const EarlyStoppingOptions& options = {});

/// Stops the training after the first epoch in which a figure is at least as good as `value`. When the
/// training begins, throws ValueError as early_stopping does.
CallbackRef stop_at(std::string monitor, double value, std::optional<metrics::Better> better = {});

/// Options of reduce_on_plateau.
struct PlateauOptions {
  std::string monitor = "val_loss";  ///< the figure to watch
  double factor = 0.1;               ///< what the learning rate is multiplied by, in (0, 1)
  std::int64_t patience = 10;        ///< after more than this many epochs without improvement, 0 or more
  double threshold = 1e-4;           ///< an improvement is a change by more than this, 0 or more
  bool relative = true;              ///< the threshold is a share of the best value
  std::int64_t cooldown = 0;         ///< epochs after a reduction that are not counted, 0 or more
  double smallest = 0;               ///< the smallest learning rate, 0 or more
  std::optional<metrics::Better> better = {};  ///< which values are better, when the figure does not say so
};
/// Lowers the learning rate of all optimizers when a figure has not improved for several epochs. Throws
/// ValueError when an option is out of range, and when the training begins as early_stopping does. Source:
/// PyTorch ReduceLROnPlateau.
CallbackRef reduce_on_plateau(const PlateauOptions& options = {});

/// Stops the training after the current step when `asked` returns true, for example after a signal. `reason`
/// becomes the stop_reason of the History.
CallbackRef stop_when(std::function<bool()> asked, std::string reason);

/// What happens when a checkpoint cannot be written, for example because the disk is full.
enum class OnSaveError {
  stop,  ///< the error is thrown and ends the training
  warn   ///< CheckpointOptions::warn is called and the training goes on
};
/// Options of checkpoint.
struct CheckpointOptions {
  /// The figure that decides which epoch is the best. Empty: val_accuracy, or else val_loss; without
  /// validation there is no best.safetensors.
  std::string monitor = {};
  std::int64_t every = 0;  ///< write step-N.safetensors after this many steps; 0: never
  std::int64_t keep = 3;   ///< how many of the files step-N.safetensors are kept, 1 or more
  /// What happens when a checkpoint cannot be written. The last good checkpoints stay in either case.
  OnSaveError on_error = OnSaveError::stop;
  /// Called with the message of the error when on_error is OnSaveError::warn.
  std::function<void(const std::string&)> warn = {};
  std::optional<metrics::Better> better = {};  ///< which values are better, when the figure does not say so
};
/// Writes into `folder`: checkpoints/last.safetensors after an epoch (at most once a second) and at the end,
/// checkpoints/best.safetensors when the monitored figure is the best so far, and metrics.csv and
/// metrics.jsonl. It runs after all other callbacks. Throws FileError when the folder cannot be made and
/// ValueError when an option is out of range. When the training begins, throws ValueError as early_stopping
/// does. Source: Keras ModelCheckpoint, CSVLogger.
CallbackRef checkpoint(std::filesystem::path folder, const CheckpointOptions& options = {});

/// Options of progress_bar.
struct ProgressBarOptions {
  /// True: the bar is drawn again on the same line. False: one line is written for each epoch, and one each
  /// minute in an epoch. Empty: true when the stream is std::cerr, std::clog or std::cout and that is a
  /// terminal.
  std::optional<bool> terminal = {};
  std::optional<bool> color = {};  ///< use colors; empty: on a terminal, unless NO_COLOR is set
  int columns = 0;                 ///< the width; 0: that of the terminal, also after it changes
};
/// Draws a progress bar like that of Keras, with the time that remains in the epoch. The stream must live as
/// long as the training. The learning rate is shown when a schedule or a callback changes it.
CallbackRef progress_bar(std::ostream& out, const ProgressBarOptions& options = {});

}  // namespace luge::train
