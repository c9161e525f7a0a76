// What schedules of some number of steps share.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "luge/error.h"

namespace luge::optim {

inline void check_steps(std::string_view schedule, std::int64_t steps) {
  if (steps < 1) throw ValueError(fmt::format("schedule {}: {} steps; expected at least 1", schedule, steps));
}

}  // namespace luge::optim
