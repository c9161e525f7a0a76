#include "luge/models/gallery.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "luge/error.h"

namespace luge::models {
namespace {

std::map<std::string, Entry, std::less<>>& entries() {
  static std::map<std::string, Entry, std::less<>> table;
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

nn::Model make(std::string_view name, std::int64_t outputs, const Hidden& hidden) {
  const Entry entry = find(name);
  if (!entry.make_hidden) {
    std::vector<std::string> free;
    for (const auto& [known, other] : entries()) {
      if (other.make_hidden) free.push_back(known);
    }
    throw ValueError(fmt::format("the layers of {} are fixed; hidden layers can be chosen for {}", name,
                                 fmt::join(free, ", ")));
  }
  for (const std::int64_t width : hidden.widths) {
    if (width < 1)
      throw ValueError(fmt::format("{}: a hidden layer has width {}; expected at least 1", name, width));
  }
  if (!(hidden.dropout >= 0 && hidden.dropout < 1))
    throw ValueError(fmt::format("{}: dropout is {}; expected 0 or more, below 1", name, hidden.dropout));
  return entry.make_hidden(outputs > 0 ? outputs : entry.outputs, hidden);
}

}  // namespace luge::models
