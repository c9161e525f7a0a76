#include "loss/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "luge/error.h"

namespace luge::loss {
namespace {

std::map<std::string, Loss (*)()>& known() {
  static std::map<std::string, Loss (*)()> table;
  return table;
}

}  // namespace

bool add_named(const std::string& name, Loss (*make)()) { return known().emplace(name, make).second; }

Loss named(const std::string& name) {
  if (const auto found = known().find(name); found != known().end()) return found->second();
  throw ValueError(fmt::format("no loss is called '{}'; there are {}", name, fmt::join(names(), ", ")));
}

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const auto& [name, make] : known()) result.push_back(name);
  return result;
}

}  // namespace luge::loss
