#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/optim/schedule.h"

namespace luge::optim::schedule {
namespace {

struct ExponentialOptions {
  double factor = 0.01;
  std::optional<std::int64_t> step_size = {};
  static void fields(auto& self, auto&& field) {
    field("factor", self.factor, "what the rate is multiplied by in step_size updates", options::above(0),
          options::elsewhere({"gamma", "decay_rate"}));
    field("step_size", self.step_size, "updates of one factor; default: all of the training",
          options::at_least(1), options::elsewhere({"every"}));
  }
};

const bool added_exponential = add("exponential", "multiplies the rate by the same factor in each update",
                                   [](const ExponentialOptions& options, std::int64_t steps) {
                                     return exponential(options.factor, options.step_size.value_or(steps));
                                   });

const bool told_exponential =
    facts::add("schedule", {{"exponential",
                             {.formula = "factor^(t/step_size) at update t",
                              .use = "where the rate should shrink by the same share in each update."}}});

}  // namespace

Schedule exponential(double factor, std::int64_t every) {
  options::check("schedule exponential", ExponentialOptions{factor, every});
  return {"exponential", [=](const Tensor& at) { return pow(factor, at / static_cast<double>(every)); }};
}

}  // namespace luge::optim::schedule
