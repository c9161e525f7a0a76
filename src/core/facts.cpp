#include "luge/facts.h"

#include <map>

namespace luge::facts {
namespace {

using Table = std::map<std::string_view, std::map<std::string_view, Facts>>;

Table& table() {
  static auto& all = *new Table;
  return all;
}

std::map<std::string_view, std::string_view>& shared() {
  static auto& all = *new std::map<std::string_view, std::string_view>;
  return all;
}

}  // namespace

bool add(std::string_view kind, std::initializer_list<std::pair<std::string_view, Facts>> all) {
  for (const auto& [name, facts] : all) table()[kind].insert_or_assign(name, facts);
  return true;
}

bool share(std::string_view kind, std::string_view with) {
  shared().insert_or_assign(kind, with);
  return true;
}

const Facts* find(std::string_view kind, std::string_view name) {
  if (const auto other = shared().find(kind); other != shared().end()) kind = other->second;
  const auto of_kind = table().find(kind);
  if (of_kind == table().end()) return nullptr;
  const auto found = of_kind->second.find(name);
  return found == of_kind->second.end() ? nullptr : &found->second;
}

}  // namespace luge::facts
