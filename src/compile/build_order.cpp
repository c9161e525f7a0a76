#include "compile/build_order.h"

#include <fmt/format.h>

#include <functional>
#include <queue>
#include <utility>

#include "luge/error.h"

namespace luge::compiler {

std::vector<int> build_order(const std::vector<BuildUnit>& units, std::string_view pass) {
  std::vector<int> waiting(units.size(), 0);
  std::vector<std::vector<int>> followers(units.size());
  using Ready = std::pair<int, int>;  // position, unit
  std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready;
  for (std::size_t u = 0; u < units.size(); ++u) {
    for (int before : units[u].after)
      followers[static_cast<std::size_t>(before)].push_back(static_cast<int>(u));
    waiting[u] = static_cast<int>(units[u].after.size());
    if (waiting[u] == 0) ready.emplace(units[u].position, static_cast<int>(u));
  }
  std::vector<int> order;
  while (!ready.empty()) {
    const int next = ready.top().second;
    ready.pop();
    order.push_back(next);
    for (int follower : followers[static_cast<std::size_t>(next)]) {
      const auto f = static_cast<std::size_t>(follower);
      if (--waiting[f] == 0) ready.emplace(units[f].position, follower);
    }
  }
  if (order.size() != units.size())
    throw GraphError(fmt::format("{}: steps that were joined wait for each other", pass));
  return order;
}

}  // namespace luge::compiler
