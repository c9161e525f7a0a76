#include "train/metrics_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "io/csv/cell.h"
#include "io/files/atomic_file.h"
#include "io/run/run_files.h"
#include "io/text/json_text.h"

namespace luge::train {
namespace {

using Json = nlohmann::ordered_json;

std::optional<double> value_in(const Logs& logs, const std::string& name) {
  for (const auto& [known, value] : logs) {
    if (known == name) return value;
  }
  return std::nullopt;
}

// Every figure that some epoch has, in the order in which epochs show them: a validation that began with a
// resumption adds its columns after the existing ones.
std::vector<std::string> columns_of(const History& history) {
  std::vector<std::string> names;
  for (const EpochRecord& epoch : history.epochs) {
    for (const auto& [name, value] : epoch.logs) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

}  // namespace

void MetricsFiles::recall_times() {
  times_.clear();
  std::ifstream file(folder_ / io::kMetricsFile);
  for (std::string line; std::getline(file, line);) {
    const Json row = Json::parse(line, nullptr, false);
    if (!row.is_object()) continue;
    const auto number = [&](const char* key) {
      const auto found = row.find(key);
      return found != row.end() && found->is_number() ? found->get<double>() : 0.0;
    };
    const EpochStep position{static_cast<std::int64_t>(number("epoch")),
                             static_cast<std::int64_t>(number("step"))};
    if (number("seconds") > 0) times_[position] = number("seconds");
  }
}

double MetricsFiles::seconds_of(const EpochRecord& epoch) const {
  if (epoch.seconds > 0) return epoch.seconds;
  const auto found = times_.find({epoch.epoch + 1, epoch.step});
  return found == times_.end() ? 0 : found->second;
}

MetricsFiles::Texts MetricsFiles::texts(const History& history) const {
  const std::vector<std::string> names = columns_of(history);
  const bool staged = std::any_of(history.epochs.begin(), history.epochs.end(),
                                  [](const EpochRecord& epoch) { return !epoch.stage.empty(); });
  std::string csv = staged ? "stage,epoch,step" : "epoch,step", jsonl;
  for (const std::string& name : names) csv += "," + io::csv_cell(name);
  csv += ",learning_rate,seconds\n";
  for (const EpochRecord& epoch : history.epochs) {
    const double seconds = seconds_of(epoch);
    Json row;
    if (staged) row["stage"] = epoch.stage, csv += io::csv_cell(epoch.stage) + ",";
    row["epoch"] = epoch.epoch + 1;
    row["step"] = epoch.step;
    csv += fmt::format("{},{}", epoch.epoch + 1, epoch.step);
    for (const std::string& name : names) {
      const auto value = value_in(epoch.logs, name);
      csv += value ? fmt::format(",{}", *value) : ",";
      if (value) row[name] = *value;
    }
    csv += fmt::format(",{},", epoch.learning_rate);
    row["learning_rate"] = epoch.learning_rate;
    if (seconds > 0) {
      csv += fmt::format("{:.6g}", seconds);
      row["seconds"] = seconds;
    }
    csv += "\n";
    jsonl += io::json_text(row) + "\n";
  }
  return {std::move(csv), std::move(jsonl)};
}

void MetricsFiles::write(const History& history) const {
  const Texts both = texts(history);
  io::write_file(folder_ / "metrics.csv", both.csv);
  io::write_file(folder_ / io::kMetricsFile, both.jsonl);
}

}  // namespace luge::train
