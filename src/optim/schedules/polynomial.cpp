#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/optim/schedule.h"
#include "optim/schedules/steps.h"

namespace luge::optim::schedule {
namespace {

struct PolynomialOptions {
  double power = 1, floor = 0;
  static void fields(auto& self, auto&& field) {
    field("power", self.power, "exponent; 1: a line", options::above(0));
    field("floor", self.floor, "share of the rate at the end", options::within(0, 1),
          options::elsewhere({"end_learning_rate", "eta_min", "min_lr"}));
  }
};

const bool added_polynomial = add("polynomial", "lowers the rate along a line or a power of what is left",
                                  [](const PolynomialOptions& options, std::int64_t steps) {
                                    return polynomial(steps, options.power, options.floor);
                                  });

const bool told_polynomial =
    facts::add("schedule", {{"polynomial",
                             {.formula = "factor = floor + (1 - floor)·(1 - t/T)^power at update t of T",
                              .use = "for fine-tuning, with power = 1 as a line to 0."}}});

}  // namespace

Schedule polynomial(std::int64_t steps, double power, double floor) {
  check_steps("polynomial", steps);
  options::check("schedule polynomial", PolynomialOptions{power, floor});
  return {"polynomial", [=](const Tensor& at) {
            const Tensor left = 1 - minimum(at / static_cast<double>(steps), 1);
            return floor + (1 - floor) * pow(left, power);
          }};
}

}  // namespace luge::optim::schedule
