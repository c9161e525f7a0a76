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

/// Named figures in the order in which they are shown: loss, the metrics, val_loss, val_…
using Logs = std::vector<std::pair<std::string, double>>;

/// The value of a name. Throws ValueError listing the names there are.
double value_of(const Logs& logs, std::string_view name);

/// A figure that a training measures, and which way it is good, where that is known.
struct Column {
  std::string name;
  std::optional<metrics::Better> better = {};
};
using Columns = std::vector<Column>;

/// How the figures of the validation are called: val_loss, …
inline constexpr std::string_view kValidation = "val_", kValidationLoss = "val_loss";
/// By which figure epochs are compared when nobody says: val_accuracy, else val_loss; empty without
/// validation.
std::string default_monitor(const Columns& columns);

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
  Columns columns;           // what is measured
  std::string stop_reason;   // empty: all epochs were run
  bool interrupted = false;  // it ended between epochs because somebody asked

  /// One figure over the epochs. Throws ValueError for a name that was not measured.
  std::vector<double> series(std::string_view name) const;
  /// The epoch with the best value of a figure; NaN is never best, and of equal values the one with the lower
  /// validation loss is. Throws ValueError without epochs, and for a figure that does not say which way it is
  /// good when `better` does not either.
  const EpochRecord& best(std::string_view name, std::optional<metrics::Better> better = {}) const;
};

}  // namespace luge::train
