#include <algorithm>

#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/optim/schedule.h"

namespace luge::optim::schedule {
namespace {

struct StepOptions {
  std::optional<std::int64_t> step_size = {};
  double factor = 0.1;
  static void fields(auto& self, auto&& field) {
    field("step_size", self.step_size, "updates between two factors; default: a third of the training",
          options::at_least(1), options::elsewhere({"every"}));
    field("factor", self.factor, "what the rate is multiplied by", options::above(0),
          options::elsewhere({"gamma", "decay_rate"}));
  }
};

const bool added_step =
    add("step", "multiplies the rate by a factor after every step_size updates",
        [](const StepOptions& options, std::int64_t steps) {
          return step(options.step_size.value_or(std::max<std::int64_t>(1, steps / 3)), options.factor);
        });

const bool told_step =
    facts::add("schedule", {{"step",
                             {.formula = "factor^⌊t/step_size⌋",
                              .use = "for convolutional networks: a tenth of the rate every some epochs."}}});

}  // namespace

Schedule step(std::int64_t every, double factor) {
  options::check("schedule step", StepOptions{every, factor});
  return {"step", [=](const Tensor& at) { return pow(factor, floor(at / static_cast<double>(every))); }};
}

}  // namespace luge::optim::schedule
