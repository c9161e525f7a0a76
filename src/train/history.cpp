#include "luge/train/history.h"

#include <fmt/format.h>

#include "core/nearest.h"
#include "luge/error.h"
#include "train/monitor.h"

namespace luge::train {

double value_of(const Logs& logs, std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [known, value] : logs) {
    if (known == name) return value;
    names.push_back(known);
  }
  throw ValueError(fmt::format("'{}' is not measured{}", name, suggestion(name, names)));
}

std::string default_monitor(const Columns& columns) {
  for (const std::string_view name : {std::string_view("val_accuracy"), kValidationLoss}) {
    for (const Column& column : columns) {
      if (column.name == name) return column.name;
    }
  }
  return {};
}

std::vector<double> History::series(std::string_view name) const {
  std::vector<double> values;
  for (const EpochRecord& epoch : epochs) values.push_back(value_of(epoch.logs, name));
  return values;
}

const EpochRecord& History::best(std::string_view name, std::optional<metrics::Better> better) const {
  if (epochs.empty()) throw ValueError("history: no epoch was completed");
  const Monitor monitor = find_monitor("history", std::string(name), better, columns);
  const EpochRecord* best = &epochs.front();
  for (const EpochRecord& epoch : epochs) {
    if (beats(score_of(epoch.logs, monitor), score_of(best->logs, monitor), monitor)) best = &epoch;
  }
  return *best;
}

}  // namespace luge::train
