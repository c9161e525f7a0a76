#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/optim/schedule.h"
#include "optim/schedules/steps.h"

namespace luge::optim::schedule {

Schedule warm_up(std::int64_t steps, Schedule next) {
  check_steps("warm_up", steps);
  return {"warm_up, then " + next.name(), [steps, next](const Tensor& at) {
            const double count = static_cast<double>(steps);
            const Tensor rising = (at + 1) / count;
            if (next.is_constant()) return minimum(rising, 1);
            return where(less(at, count), rising, next.factor(maximum(at - count, 0)));
          }};
}

}  // namespace luge::optim::schedule
