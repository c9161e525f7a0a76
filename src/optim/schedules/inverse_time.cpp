#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/optim/schedule.h"

namespace luge::optim::schedule {
namespace {

struct InverseTimeOptions {
  double decay = 9;
  std::optional<std::int64_t> step_size = {};
  bool staircase = false;
  static void fields(auto& self, auto&& field) {
    field("decay", self.decay, "the rate is divided by 1 + decay after step_size updates",
          options::at_least(0), options::elsewhere({"decay_rate"}));
    field("step_size", self.step_size, "updates until then; default: all of the training",
          options::at_least(1), options::elsewhere({"every", "decay_steps"}));
    field("staircase", self.staircase, "change only after every step_size updates");
  }
};

const bool added_inverse_time =
    add("inverse-time", "divides the rate by a number that grows with the updates",
        [](const InverseTimeOptions& options, std::int64_t steps) {
          return inverse_time(options.decay, options.step_size.value_or(steps), options.staircase);
        });

const bool told_inverse_time = facts::add(
    "schedule", {{"inverse-time",
                  {.formula = "1/(1 + decay·t/step_size); with staircase, t/step_size is rounded down",
                   .use = "where the rate should shrink fast at first and slowly later."}}});

}  // namespace

Schedule inverse_time(double decay, std::int64_t every, bool staircase) {
  options::check("schedule inverse-time", InverseTimeOptions{decay, every, staircase});
  return {"inverse-time", [=](const Tensor& at) {
            const Tensor passed = at / static_cast<double>(every);
            return 1 / (1 + decay * (staircase ? floor(passed) : passed));
          }};
}

}  // namespace luge::optim::schedule
