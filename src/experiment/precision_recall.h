// Precision against recall of each class against the others, for a page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiment/judged.h"

namespace luge::experiment {

/// A list of {"label", "positives", "average_precision", "points": [[threshold, precision,
/// recall, right, taken], …]}, where `right` of the `taken` samples have the label, so that curves of folds
/// add up: of two classes with one output the second one alone. Classes without samples are left out; empty
/// for more classes than a chart can hold. The average is over the ranks of the scores, not over the
/// thresholds.
nlohmann::ordered_json precision_recall(const Judged& judged, const std::vector<std::string>& names);

}  // namespace luge::experiment
