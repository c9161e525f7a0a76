// Labels in records: what was predicted, and what is true.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "luge/data/record.h"

namespace luge::metrics {

/// A predicted label and the true one, each where there is one.
using LabelPairs = std::vector<std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>>>;

/// The labels of the fields "label" and "target", position by position; "mask", a map of classes, is read
/// where there is no "label". Or those of the fields "labels" and "target", which each are a list of labels
/// (i32, i64) or 0 and 1 for each class (other dtypes). `classes`: their number, 0 when it is not known.
/// Throws ValueError, ShapeError or IndexError naming `who` and the field.
LabelPairs label_pairs(const std::string& who, const data::Record& prediction, const data::Record& truth,
                       std::int64_t classes, std::optional<std::int64_t> ignore_index);
/// The labels of the field "target": one, or `several` as above. Throws as label_pairs.
std::set<std::int64_t> true_labels(const std::string& who, const data::Record& truth, std::int64_t classes,
                                   bool several);

}  // namespace luge::metrics
