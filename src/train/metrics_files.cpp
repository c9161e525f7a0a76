#include "train/metrics_files.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "io/files/atomic_file.h"

namespace luge::train {
namespace {

std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "nan"; }

}  // namespace

void write_metrics(const std::filesystem::path& folder, const History& history) {
  std::string csv = "epoch,step", jsonl;
  if (!history.epochs.empty()) {
    for (const auto& [name, value] : history.epochs.front().logs) csv += "," + name;
  }
  csv += "\n";
  for (const EpochRecord& epoch : history.epochs) {
    csv += fmt::format("{},{}", epoch.epoch + 1, epoch.step);
    nlohmann::ordered_json row = {{"epoch", epoch.epoch + 1}, {"step", epoch.step}};
    for (const auto& [name, value] : epoch.logs) {
      csv += "," + number(value);
      row[name] = value;
    }
    if (epoch.seconds > 0) row["seconds"] = epoch.seconds;  // not known of epochs before a resumption
    csv += "\n";
    jsonl += row.dump() + "\n";
  }
  io::write_file(folder / "metrics.csv", csv);
  io::write_file(folder / "metrics.jsonl", jsonl);
}

}  // namespace luge::train
