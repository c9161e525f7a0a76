// Callbacks: what a training calls between its steps. They watch, save, change the learning rate, or stop it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "luge/train/history.h"

namespace luge::train {

class Trainer;

/// One call of fit, as callbacks see it.
class Fit {
 public:
  std::int64_t epoch = 0;   // from 0
  std::int64_t epochs = 0;  // wanted
  std::int64_t step = 0;    // steps done in this epoch
  std::int64_t steps = 0;   // steps of a whole epoch
  std::int64_t total_steps = 0;
  bool step_is_open = false;         // the epoch has begun and not ended
  std::vector<std::string> figures;  // names of what is measured, validation included
  std::function<Logs()> logs;        // of this epoch so far; asking costs a look at the device
  Trainer* trainer = nullptr;

  /// Ends the training behind this step. The first reason counts.
  void stop(std::string reason) {
    if (stop_reason.empty()) stop_reason = std::move(reason);
  }
  bool stopping() const { return !stop_reason.empty(); }
  std::string stop_reason;
};

class Callback {
 public:
  virtual ~Callback() = default;
  virtual void train_begin(Fit&) {}
  virtual void epoch_begin(Fit&) {}
  virtual void step_end(Fit&) {}
  /// Behind the validation; fit.logs() holds its results.
  virtual void epoch_end(Fit&) {}
  /// Also when a callback stopped the training; not when it threw.
  virtual void train_end(Fit&) {}
  /// What a resumed training must know of this callback, as text; restore gets it back. Kept under name(), so
  /// a callback without a name has no state.
  virtual std::string name() const { return {}; }
  virtual std::string state() const { return {}; }
  virtual void restore(const std::string&) {}
  /// Called behind those that answer false, so that a checkpoint holds their newest state.
  virtual bool runs_last() const { return false; }
};

using CallbackRef = std::shared_ptr<Callback>;

}  // namespace luge::train
