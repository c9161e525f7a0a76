// History: what a training measured, epoch by epoch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luge/metrics/metric.h"

namespace luge::train {

/// Figures with their names, in the order in which they are shown: loss, the metrics, val_loss, val_…
using Logs = std::vector<std::pair<std::string, double>>;

/// Returns the figure of a name. Throws ValueError suggesting a similar name when there is none.
double value_of(const Logs& logs, std::string_view name);

/// A figure that a training measures.
struct Column {
  std::string name;                            ///< the name, such as "val_accuracy"
  std::optional<metrics::Better> better = {};  ///< which values are better; empty when it is not known
};
/// The figures that a training measures.
using Columns = std::vector<Column>;

inline constexpr std::string_view kValidation = "val_",  ///< the prefix of the figures of the validation
    kValidationLoss = "val_loss";                        ///< the loss of the validation
/// Returns the figure that compares epochs by default: val_accuracy, or else val_loss; empty without
/// validation.
std::string default_monitor(const Columns& columns);

/// What was measured in one epoch.
struct EpochRecord {
  std::int64_t epoch = 0;    ///< the number of the epoch, counted from 0
  std::int64_t step = 0;     ///< the number of steps since the training began
  double seconds = 0;        ///< the duration; 0 for epochs before the training was resumed
  Logs logs;                 ///< the figures
  double learning_rate = 0;  ///< the learning rate of the last step
  std::string stage = {};    ///< the name of the stage of train::Stages; empty without stages
};

/// What a training measured.
struct History {
  std::vector<EpochRecord> epochs;  ///< one record for each epoch
  std::int64_t steps = 0;           ///< the number of steps of the whole training, resumed parts included
  double seconds = 0;               ///< the duration of this call of fit
  Columns columns;                  ///< the figures
  std::string stop_reason;          ///< why the training was stopped; empty when all epochs were run
  bool interrupted = false;         ///< the training was stopped inside an epoch

  /// Returns one figure over the epochs. Throws ValueError for a figure that was not measured.
  std::vector<double> series(std::string_view name) const;
  /// Returns the epoch with the best value of a figure. NaN is never the best; of equal values the one with
  /// the lower validation loss is the best. Throws ValueError when there are no epochs, when the figure was
  /// not measured, and when it is not known which values are better.
  const EpochRecord& best(std::string_view name, std::optional<metrics::Better> better = {}) const;
};

}  // namespace luge::train
