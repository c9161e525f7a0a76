#include "metrics/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "luge/error.h"

namespace luge::metrics {
namespace {

using Parse = std::optional<Metric> (*)(const std::string&);
std::map<std::string, Parse>& known() {
  static auto& table = *new std::map<std::string, Parse>;
  return table;
}

}  // namespace

bool add_named(const std::string& shown, Parse parse) { return known().emplace(shown, parse).second; }

Metric named(const std::string& name) {
  for (const auto& [shown, parse] : known()) {
    if (const std::optional<Metric> metric = parse(name)) return *metric;
  }
  throw ValueError(fmt::format("no metric is called '{}'; there are {}", name, fmt::join(names(), ", ")));
}

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const auto& [shown, parse] : known()) result.push_back(shown);
  return result;
}

}  // namespace luge::metrics
