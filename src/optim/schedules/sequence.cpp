#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "luge/optim/schedule.h"
#include "optim/schedules/steps.h"

namespace luge::optim::schedule {

Schedule sequence(const std::vector<std::pair<std::int64_t, Schedule>>& parts) {
  if (parts.empty()) throw ValueError("schedule sequence: there is no part");
  std::string name;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (k + 1 < parts.size()) check_steps("sequence", parts[k].first);
    name += (k == 0 ? "" : ", then ") + parts[k].second.name();
  }
  return {name, [parts](const Tensor& at) {
            const auto of = [](const Schedule& schedule, const Tensor& step) {
              return schedule.is_constant() ? ones_like(step) : schedule.factor(step);
            };
            double begin = 0;
            for (const auto& [steps, schedule] : parts) begin += static_cast<double>(steps);
            begin -= static_cast<double>(parts.back().first);
            Tensor factor = of(parts.back().second, maximum(at - begin, 0));
            for (std::size_t k = parts.size() - 1; k-- > 0;) {
              const double end = begin;
              begin -= static_cast<double>(parts[k].first);
              factor = where(less(at, end), of(parts[k].second, maximum(at - begin, 0)), factor);
            }
            return factor;
          }};
}

}  // namespace luge::optim::schedule
