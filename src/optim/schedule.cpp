#include "luge/optim/schedule.h"

#include <algorithm>

#include "core/registry.h"

namespace luge::optim {
namespace {

using ScheduleRegistry = Registry<Schedule, std::int64_t>;

ScheduleRegistry& known() {
  static auto& registry =
      *new ScheduleRegistry({.one = "schedule", .many = "schedules", .key = "schedule.name"});
  return registry;
}

}  // namespace

double Schedule::at(std::int64_t step) const {
  return is_constant() ? 1 : factor(scalar(static_cast<double>(step), f64)).item<double>();
}

namespace schedule {

bool add(const std::string& name, const std::string& description,
         options::Maker<Schedule, std::int64_t> make) {
  return known().add(name, description, std::move(make));
}

Schedule named(const std::string& name, std::int64_t total_steps, std::int64_t warm_up_steps,
               const options::Values& values) {
  const std::int64_t rest = std::max<std::int64_t>(1, total_steps - warm_up_steps);
  const Schedule chosen = known().make(name, values, rest);
  return warm_up_steps > 0 ? warm_up(warm_up_steps, chosen) : chosen;
}

std::string description(const std::string& name) { return known().member(name).description; }

std::vector<std::string> names() { return known().names(); }

}  // namespace schedule
}  // namespace luge::optim
