#include "cli/figures_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cli/output.h"

namespace luge::cli {

void print_figures(const train::Logs& figures) {
  std::vector<std::string> metrics, classes;
  std::map<std::pair<std::string, std::string>, double> values;
  const auto note = [](std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  std::size_t longest = 12;
  for (const auto& [name, value] : figures)
    longest = std::max(longest, name.find('.') == name.npos ? name.size() : 0);
  for (const auto& [name, value] : figures) {
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) {
      fmt::print("{:<{}} {:.6g}\n", name, longest, value);
      continue;
    }
    const std::string metric = name.substr(0, dot), of = name.substr(dot + 1);
    note(metrics, metric), note(classes, of);
    values[{metric, of}] = value;
  }
  if (classes.empty()) return;
  fmt::print("\n{:<16}", "class");
  for (const std::string& metric : metrics)
    fmt::print("{:>{}}", metric, std::max<std::size_t>(10, metric.size() + 2));
  fmt::print("\n");
  for (const std::string& of : classes) {
    fmt::print("{:<16}", one_line(of));
    for (const std::string& metric : metrics) {
      const std::size_t width = std::max<std::size_t>(10, metric.size() + 2);
      const auto found = values.find({metric, of});
      fmt::print("{:>{}}", found == values.end() ? "-" : fmt::format("{:.4f}", found->second), width);
    }
    fmt::print("\n");
  }
}

}  // namespace luge::cli
