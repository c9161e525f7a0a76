// Callbacks: what a training calls between its steps. They watch, save, change the learning rate, or stop it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "luge/tensor.h"
#include "luge/train/history.h"

namespace luge::train {

class Trainer;

/// The state of one call of Trainer::fit, as callbacks see it.
class Fit {
 public:
  std::int64_t epoch = 0;        ///< the number of the epoch, counted from 0
  std::int64_t epochs = 0;       ///< the number of epochs to run
  std::int64_t step = 0;         ///< the number of finished steps of this epoch
  std::int64_t steps = 0;        ///< the number of steps of a whole epoch
  std::int64_t total_steps = 0;  ///< the number of finished steps of the whole training
  std::int64_t samples = 0;      ///< the number of samples of these steps, those before a resumption left out
  double step_seconds = 0;       ///< how long these steps took, without waiting for data
  double data_seconds = 0;       ///< how long they waited for their batches
  bool step_is_open = false;     ///< true while an epoch has begun and has not ended
  Columns columns;               ///< the figures that are measured, those of the validation included
  std::function<Logs()> logs;    ///< returns the figures of this epoch so far; it reads values of the device
  Trainer* trainer = nullptr;    ///< the trainer

  /// Stops the training after this step. When it is called several times, the first reason is kept.
  void stop(std::string reason) {
    if (stop_reason.empty()) stop_reason = std::move(reason);
  }
  /// Returns true when stop was called.
  bool stopping() const { return !stop_reason.empty(); }
  std::string stop_reason;  ///< the reason that stop was given; empty while the training goes on
};

/// Base class of the callbacks. Override what you need. What a callback throws ends the training.
class Callback {
 public:
  virtual ~Callback() = default;
  /// Called before the first epoch.
  virtual void train_begin(Fit&) {}
  /// Called before each epoch.
  virtual void epoch_begin(Fit&) {}
  /// Called after each step.
  virtual void step_end(Fit&) {}
  /// Called after each epoch and its validation; fit.logs() has the figures of both.
  virtual void epoch_end(Fit&) {}
  /// Called after the last epoch, also when a callback stopped the training, but not when something threw.
  virtual void train_end(Fit&) {}
  /// Called after train_end of all callbacks, when checkpoints are written: what changes the network here is
  /// for the program that trained it, and not for a resumption.
  virtual void fit_end(Fit&) {}
  /// Returns the name under which a checkpoint keeps state(). Several callbacks of one name are told apart by
  /// their order. A callback without a name has no state.
  virtual std::string name() const { return {}; }
  /// Returns the state of this callback that a resumed training needs, as text.
  virtual std::string state() const { return {}; }
  /// Takes what state() returned when the checkpoint was written. Called before train_begin.
  virtual void restore(const std::string&) {}
  /// Returns tensors that a resumed training needs besides state(), with their names.
  virtual std::vector<std::pair<std::string, Tensor>> tensors() const { return {}; }
  /// Takes what tensors() returned when the checkpoint was written, after restore.
  virtual void restore_tensors(const std::vector<std::pair<std::string, Tensor>>&) {}
  /// Returns true for a callback that is called after all others, such as one that writes checkpoints with
  /// the newest state of the others.
  virtual bool runs_last() const { return false; }
};

/// A callback as fit takes it.
using CallbackRef = std::shared_ptr<Callback>;

}  // namespace luge::train
