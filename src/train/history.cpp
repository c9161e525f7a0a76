#include "luge/train/history.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/nearest.h"
#include "luge/error.h"

namespace luge::train {

double value_of(const Logs& logs, std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [known, value] : logs) {
    if (known == name) return value;
    names.push_back(known);
  }
  throw ValueError(fmt::format("'{}' is not measured{}", name, suggestion(name, names)));
}

bool larger_is_better(std::string_view name) {
  for (const std::string_view word :
       {"accuracy", "top", "precision", "recall", "f1", "auc", "r2", "iou", "dice"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

std::string usual_monitor(const Logs& logs) {
  for (const char* name : {"val_accuracy", "val_loss"}) {
    for (const auto& [known, value] : logs) {
      if (known == name) return name;
    }
  }
  return {};
}

std::vector<double> History::series(std::string_view name) const {
  std::vector<double> values;
  for (const EpochRecord& epoch : epochs) values.push_back(value_of(epoch.logs, name));
  return values;
}

const EpochRecord& History::best(std::string_view name) const {
  if (epochs.empty()) throw ValueError("history: no epoch was completed");
  const bool larger = larger_is_better(name);
  return *std::min_element(epochs.begin(), epochs.end(), [&](const EpochRecord& a, const EpochRecord& b) {
    const double x = value_of(a.logs, name), y = value_of(b.logs, name);
    return larger ? x > y : x < y;
  });
}

}  // namespace luge::train
