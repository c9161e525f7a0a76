// What came of several trainings, as a table.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiment/trainings_state.h"
#include "io/files/atomic_file.h"

namespace luge::experiment {
namespace {

const double* find(const train::Logs& logs, const std::string& name) {
  for (const auto& [each, value] : logs) {
    if (each == name) return &value;
  }
  return nullptr;
}

}  // namespace

std::vector<Spread> spreads_of(const std::vector<OneTraining>& trainings) {
  std::vector<Spread> spreads;
  if (trainings.empty()) return spreads;
  const double count = static_cast<double>(trainings.size());
  for (const auto& [name, first] : trainings.front().figures) {
    std::vector<double> values;
    for (const OneTraining& one : trainings) {
      if (const double* value = find(one.figures, name)) values.push_back(*value);
    }
    if (values.size() != trainings.size()) continue;
    double sum = 0, squares = 0;
    for (const double value : values) sum += value;
    for (const double value : values) squares += (value - sum / count) * (value - sum / count);
    spreads.push_back({name, sum / count, count > 1 ? std::sqrt(squares / (count - 1)) : 0.0});
  }
  return spreads;
}

void write_table(const std::filesystem::path& file, const std::vector<OneTraining>& trainings,
                 const std::vector<Spread>& spreads) {
  std::string text = "name,samples,held_out,epochs,steps";
  const train::Logs& figures = trainings.front().figures;
  for (const auto& [name, value] : figures) text += "," + name;
  text += "\n";
  for (const OneTraining& one : trainings) {
    text += fmt::format("{},{},{},{},{}", one.name, one.samples, one.held_out,
                        one.report.history.epochs.size(), one.report.history.steps);
    for (const auto& [name, first] : figures) {
      const double* value = find(one.figures, name);
      text += value ? fmt::format(",{}", *value) : ",";
    }
    text += "\n";
  }
  for (const auto& [row, member] : {std::pair{"mean", &Spread::mean}, {"deviation", &Spread::deviation}}) {
    if (spreads.empty()) break;
    text += fmt::format("{},,,,", row);
    for (const auto& [name, first] : figures) {
      const auto spread = std::ranges::find(spreads, name, &Spread::name);
      text += spread == spreads.end() ? "," : fmt::format(",{}", (*spread).*member);
    }
    text += "\n";
  }
  io::write_file(file, text);
}

}  // namespace luge::experiment
