#include "cli/schedule_curve.h"

#include <algorithm>

#include "luge/optim/schedule.h"

namespace luge::cli {
namespace {

constexpr std::int64_t kMostPoints = 2000;

}  // namespace

draw::Line schedule_curve(const std::string& text, std::int64_t steps, std::int64_t warm_up_steps) {
  const optim::Schedule schedule = optim::schedule::named(text, steps, warm_up_steps);
  draw::Line line{.label = "factor of the learning rate", .y = {}};
  const std::int64_t every = std::max<std::int64_t>(1, steps / kMostPoints);
  for (std::int64_t k = 0; k < steps; k += every) {
    line.x.push_back(static_cast<double>(k + 1));
    line.y.push_back(schedule.at(k));
  }
  return line;
}

}  // namespace luge::cli
