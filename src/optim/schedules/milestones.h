// Schedules that change at given steps.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"

namespace luge::optim {

/// Throws ValueError unless the steps rise from 1.
inline void check_rising(std::string_view owner, const std::vector<std::int64_t>& steps) {
  std::int64_t before = 0;
  for (const std::int64_t step : steps) {
    if (step > before) {
      before = step;
      continue;
    }
    throw ValueError(
        fmt::format("schedule {}: the steps {} do not rise from 1", owner, fmt::join(steps, ",")));
  }
}

/// 1 from a step on, 0 before it; f64.
inline Tensor reached(const Tensor& at, std::int64_t step) {
  return cast(greater_equal(at, static_cast<double>(step)), f64);
}

}  // namespace luge::optim
