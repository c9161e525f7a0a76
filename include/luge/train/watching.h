// Callbacks that record a training: event files for TensorBoard, tables of epochs and steps, timing, and
// callbacks made of functions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "luge/data/batches.h"
#include "luge/io/tensorboard.h"
#include "luge/train/callback.h"

namespace luge::train {

/// The functions of a callback; empty ones are not called.
struct CallbackFunctions {
  std::function<void(Fit&)> train_begin = {};  ///< called before the first epoch
  std::function<void(Fit&)> epoch_begin = {};  ///< called before each epoch
  std::function<void(Fit&)> step_end = {};     ///< called after each step
  std::function<void(Fit&)> epoch_end = {};    ///< called after each epoch and its validation
  std::function<void(Fit&)> train_end = {};    ///< called after the last epoch
};
/// Makes a callback of functions. Source: Keras LambdaCallback.
///
///     train::callback_of({.epoch_end = [](train::Fit& fit) { std::cout << fit.epoch << '\n'; }})
CallbackRef callback_of(CallbackFunctions functions);

/// Writes a table with a row for each epoch: epoch, step, the figures, learning_rate and seconds. A file name
/// that ends with .jsonl gives a JSON object a line, any other commas. It is written again after each epoch,
/// completely or not at all; when it cannot be written, throws FileError. A resumed training keeps the
/// earlier rows. Source: Keras CSVLogger.
CallbackRef epoch_log(std::filesystem::path file);

/// Writes a table with a row for every `every` steps: epoch, step, learning_rate, and the figures of the
/// epoch so far. A resumed training keeps the rows of earlier steps. A row is written completely or not at
/// all; when it cannot be written, throws FileError. Throws ValueError when `every` is below 1.
CallbackRef step_log(std::filesystem::path file, std::int64_t every = 1);

/// How long an epoch took.
struct EpochTiming {
  std::int64_t epoch = 0;         ///< the number of the epoch, counted from 0
  std::int64_t steps = 0;         ///< the number of its steps
  double step_ms = 0;             ///< the mean duration of a step, without waiting for data
  double data_share = 0;          ///< the share of the time that was spent waiting for data, 0 to 1
  double samples_per_second = 0;  ///< samples / (steps and waiting)
};
/// Returns the timing of the epoch so far; a callback may call it at any time.
EpochTiming timing_of(const Fit& fit);
/// Writes a table with a row for each epoch: epoch, steps, step_ms, data_share, samples_per_second. A resumed
/// training keeps the rows of earlier epochs. Throws FileError when it cannot be written.
CallbackRef timing_log(std::filesystem::path file);

/// The event files of a run: one for each part, made when something is logged.
class RunEvents {
 public:
  static constexpr const char *kTrain = "train",  ///< the part with the figures of the training
      *kValidation = "validation",                ///< the part with the figures of the validation
          *kRun = "";                             ///< the part with the hyperparameters, in the folder itself
  /// Makes event files below `folder`. `warn` is called once, when a file cannot be written; nothing is
  /// logged from then on, and the training goes on.
  explicit RunEvents(std::filesystem::path folder, std::function<void(const std::string&)> warn = {});
  ~RunEvents();
  RunEvents(const RunEvents&) = delete;
  RunEvents& operator=(const RunEvents&) = delete;

  /// Begins new files after this number of finished steps of an earlier process; 0 for a new training.
  void begin(std::int64_t finished_steps);
  /// Calls `write` with the writer of a part. FileError is caught, as above.
  void log(const std::string& part, const std::function<void(io::EventWriter&)>& write);
  /// Writes what is kept.
  void flush();
  /// Returns false after a file could not be written.
  bool works() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Options of tensorboard.
struct TensorBoardOptions {
  std::int64_t log_steps = 0;  ///< also log the figures of the epoch so far after this many steps; 0: never
  /// Histograms after each such number of epochs; 0: never. Empty: those of the weights, as long as they take
  /// less than a hundredth of the time.
  std::optional<std::int64_t> histograms = {};
  /// Where the batch comes from that gradients and outputs of layers are computed on, with `histograms` above
  /// 0: the first batch of its first epoch. Empty: histograms of the weights alone.
  std::optional<data::Batches> batches = {};
  /// The row of this run in the table of hyperparameters; empty: none. Without metrics, the loss and the
  /// figure that compares epochs are shown.
  io::Hparams hparams = {};
};
/// Logs a training for TensorBoard: figures, learning rate and timing of each epoch over the number of steps,
/// histograms, the graph, and hyperparameters. Figures of the validation are in a part of their own under the
/// same names, so that TensorBoard draws both in one panel. Throws ValueError when an option is negative.
/// Source: Keras TensorBoard.
///
///     train::tensorboard(std::make_shared<train::RunEvents>("runs/mine"), {.log_steps = 100})
CallbackRef tensorboard(std::shared_ptr<RunEvents> events, const TensorBoardOptions& options = {});

}  // namespace luge::train
