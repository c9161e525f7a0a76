#include "data/distinct.h"

#include <fmt/format.h>

#include <set>

#include "luge/error.h"

namespace luge::data {

void check_distinct(std::string_view where, std::string_view what, const std::vector<std::string>& names) {
  std::set<std::string_view> known;
  for (const std::string& name : names) {
    if (!known.insert(name).second)
      throw ValueError(fmt::format("{}: two {} are named '{}'; names must differ", where, what, name));
  }
}

}  // namespace luge::data
