#include "luge/optim/schedule.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "optim/registry.h"

namespace luge::optim {
namespace {

void check_steps(std::string_view schedule, std::int64_t steps) {
  if (steps < 1) throw ValueError(fmt::format("schedule {}: {} steps; expected at least 1", schedule, steps));
}
void check_factor(std::string_view schedule, double factor) {
  if (!(factor > 0))
    throw ValueError(fmt::format("schedule {}: factor {}; expected above 0", schedule, factor));
}

}  // namespace

double Schedule::at(std::int64_t step) const {
  return is_constant() ? 1 : factor(scalar(static_cast<double>(step), f64)).item<double>();
}

namespace schedule {

Schedule constant() { return {}; }

Schedule step(std::int64_t every, double factor) {
  check_steps("step", every);
  check_factor("step", factor);
  return {"step", [=](const Tensor& at) { return pow(factor, floor(at / static_cast<double>(every))); }};
}

Schedule exponential(double factor, std::int64_t every) {
  check_steps("exponential", every);
  check_factor("exponential", factor);
  return {"exponential", [=](const Tensor& at) { return pow(factor, at / static_cast<double>(every)); }};
}

Schedule cosine(std::int64_t steps, double floor) {
  check_steps("cosine", steps);
  if (!(floor >= 0 && floor <= 1))
    throw ValueError(fmt::format("schedule cosine: floor {}; expected a share of the rate, 0 to 1", floor));
  return {"cosine", [=](const Tensor& at) {
            const Tensor done = minimum(at / static_cast<double>(steps), 1);
            return floor + (1 - floor) / 2 * (1 + cos(done * std::numbers::pi));
          }};
}

Schedule warm_up(std::int64_t steps, Schedule next) {
  check_steps("warm_up", steps);
  return {"warm_up, then " + next.name(), [steps, next](const Tensor& at) {
            const double count = static_cast<double>(steps);
            const Tensor rising = (at + 1) / count;
            if (next.is_constant()) return minimum(rising, 1);
            return where(less(at, count), rising, next.factor(maximum(at - count, 0)));
          }};
}

Schedule named(const std::string& name, std::int64_t total_steps, std::int64_t warm_up_steps,
               const std::map<std::string, double>& given) {
  const std::int64_t rest = std::max<std::int64_t>(1, total_steps - warm_up_steps);
  Settings settings(given);
  const auto every = [&](std::int64_t usual) {
    auto size = static_cast<double>(usual);
    settings.take("step_size", size);
    if (!(size >= 1 && size <= 1e15 && size == std::floor(size)))
      throw ValueError(fmt::format("schedule {}: step_size {}; expected a whole number from 1", name, size));
    return static_cast<std::int64_t>(size);
  };
  double factor = name == "step" ? 0.1 : 0.01, floor = 0;
  Schedule chosen;
  if (name == "step") {
    settings.take("factor", factor);
    chosen = step(every(std::max<std::int64_t>(1, rest / 3)), factor);
  } else if (name == "exponential") {
    settings.take("factor", factor);
    chosen = exponential(factor, every(rest));
  } else if (name == "cosine") {
    settings.take("floor", floor);
    chosen = cosine(rest, floor);
  } else if (name != "constant") {
    throw ValueError(fmt::format("no schedule is called '{}'; there are {}", name, fmt::join(names(), ", ")));
  }
  settings.finish("schedule " + name);
  return warm_up_steps > 0 ? warm_up(warm_up_steps, chosen) : chosen;
}

std::vector<std::string> names() { return {"constant", "step", "exponential", "cosine"}; }

}  // namespace schedule
}  // namespace luge::optim
