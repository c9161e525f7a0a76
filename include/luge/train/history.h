// History: what a training measured, epoch by epoch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace luge::train {

/// Named figures in the order in which they are shown: loss, the metrics, val_loss, val_…
using Logs = std::vector<std::pair<std::string, double>>;

/// The value of a name. Throws ValueError listing the names there are.
double value_of(const Logs& logs, std::string_view name);
/// Whether a larger value of this figure is the better one: accuracy, auc, f1 and the like; not losses and
/// errors.
bool larger_is_better(std::string_view name);
/// What the best epoch is chosen by unless told: val_accuracy, else val_loss; empty when neither is measured.
std::string usual_monitor(const Logs& logs);

struct EpochRecord {
  std::int64_t epoch = 0;  // from 0
  std::int64_t step = 0;   // steps since the start of the training
  double seconds = 0;      // 0: not known, of epochs before a resumption
  Logs logs;
  double learning_rate = 0;  // of its last step
};

struct History {
  std::vector<EpochRecord> epochs;
  std::int64_t steps = 0;    // of the whole training, resumed parts included
  double seconds = 0;        // of this call of fit
  std::string stop_reason;   // empty: all epochs were run
  bool interrupted = false;  // it ended between epochs because somebody asked

  /// One figure over the epochs. Throws ValueError for a name that was not measured.
  std::vector<double> series(std::string_view name) const;
  /// The epoch with the best value of a figure. Throws ValueError without epochs.
  const EpochRecord& best(std::string_view name) const;
};

}  // namespace luge::train
