// The learning rate of the last step: by then the schedule is at the next one.
#pragma once

#include <algorithm>

#include "luge/optim/optimizer.h"

namespace luge::train {

inline double rate_of_last_step(const optim::Optimizer& optimizer) {
  const std::int64_t last = std::max<std::int64_t>(optimizer.steps() - 1, 0);
  return optimizer.learning_rate() * optimizer.options().schedule.at(last);
}

}  // namespace luge::train
