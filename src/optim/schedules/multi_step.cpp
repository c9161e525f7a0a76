#include <algorithm>

#include "luge/facts.h"
#include "luge/optim/schedule.h"
#include "optim/schedules/milestones.h"

namespace luge::optim::schedule {
namespace {

struct MultiStepOptions {
  std::vector<std::int64_t> milestones = {};
  double factor = 0.1;
  static void fields(auto& self, auto&& field) {
    field("milestones", self.milestones,
          "updates after which the rate changes; default: at half and at three quarters of the training",
          options::elsewhere({"steps", "boundaries"}));
    field("factor", self.factor, "what the rate is multiplied by at each", options::above(0),
          options::elsewhere({"gamma", "decay_rate"}));
  }
};

const bool added_multi_step =
    add("multi-step", "multiplies the rate by a factor at each milestone",
        [](const MultiStepOptions& options, std::int64_t steps) {
          if (!options.milestones.empty()) return multi_step(options.milestones, options.factor);
          const std::int64_t half = std::max<std::int64_t>(1, steps / 2);
          return multi_step({half, std::max(half + 1, steps * 3 / 4)}, options.factor);
        });

const bool told_multi_step = facts::add(
    "schedule",
    {{"multi-step",
      {.formula = "factor^(milestones passed)",
       .use = "for convolutional networks with known milestones, such as epochs 100 and 150 of 200."}}});

}  // namespace

Schedule multi_step(const std::vector<std::int64_t>& milestones, double factor) {
  options::check("schedule multi-step", MultiStepOptions{milestones, factor});
  check_rising("multi-step", milestones);
  return {"multi-step", [=](const Tensor& at) {
            Tensor passed = scalar(0.0, f64);
            for (const std::int64_t step : milestones) passed = passed + reached(at, step);
            return pow(factor, passed);
          }};
}

}  // namespace luge::optim::schedule
