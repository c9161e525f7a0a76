#include "luge/models/gallery.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "luge/error.h"

namespace luge::models {
namespace {

std::map<std::string, Entry, std::less<>>& entries() {
  static auto& table = *new std::map<std::string, Entry, std::less<>>;
  return table;
}

}  // namespace

bool add(const Entry& entry) { return entries().emplace(entry.name, entry).second; }

std::vector<Entry> all() {
  std::vector<Entry> result;
  for (const auto& [name, entry] : entries()) result.push_back(entry);
  return result;
}

Entry find(std::string_view name) {
  if (const auto found = entries().find(name); found != entries().end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [known, entry] : entries()) names.push_back(known);
  throw ValueError(fmt::format("no model is called '{}'; there are {}", name, fmt::join(names, ", ")));
}

nn::Model make(std::string_view name, std::int64_t outputs) {
  const Entry entry = find(name);
  return entry.make(outputs > 0 ? outputs : entry.outputs);
}

}  // namespace luge::models
