#include "core/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/nearest.h"

namespace luge {
namespace {

std::vector<const Family*>& all() {
  static auto& list = *new std::vector<const Family*>;
  return list;
}

}  // namespace

Family::Family(FamilyNames names) : called_(std::move(names)) {
  const auto at =
      std::lower_bound(all().begin(), all().end(), called_.many,
                       [](const Family* family, const auto& many) { return family->called().many < many; });
  all().insert(at, this);
}

void Family::refuse(std::string_view name) const {
  const std::vector<std::string> known = names();
  const std::vector<std::string> similar = nearest(name, known, 1);
  throw ValueError(fmt::format("no {} is called '{}'{}; there are {}", called_.one, name,
                               similar.empty() ? "" : fmt::format("; did you mean {}?", similar.front()),
                               fmt::join(known, ", ")));
}

std::vector<const Family*> families() { return all(); }

const Family* find_family(std::string_view name) {
  for (const Family* family : all()) {
    if (family->called().one == name || family->called().many == name) return family;
  }
  return nullptr;
}

}  // namespace luge
