// The figure that epochs are compared by, and whether higher or lower is better.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "luge/train/history.h"

namespace luge::train {

struct Monitor {
  std::string name;
  metrics::Better better = metrics::Better::lower;

  /// Whether `value` is better than `other` by more than `least`. NaN is worse than every number.
  bool improves(double value, double other, double least = 0) const;
  /// Whether `value` is at least as good as `wanted`; NaN never is.
  bool reaches(double value, double wanted) const;
};

/// The figure of that name. Throws ValueError beginning with `who` when it is not measured, or when neither
/// the metric nor `better` says whether higher or lower is better.
Monitor find_monitor(std::string_view who, const std::string& name,
                     const std::optional<metrics::Better>& better, const Columns& columns);

/// The figures of one epoch against the best so far.
struct Score {
  double value = 0;
  double tie = 0;  // the validation loss, or NaN
};
Score score_of(const Logs& logs, const Monitor& monitor);
/// Equal values go to the lower validation loss.
bool beats(const Score& score, const Score& best, const Monitor& monitor);

}  // namespace luge::train
