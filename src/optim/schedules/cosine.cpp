#include <numbers>

#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/optim/schedule.h"
#include "optim/schedules/steps.h"

namespace luge::optim::schedule {
namespace {

struct CosineOptions {
  double floor = 0;
  static void fields(auto& self, auto&& field) {
    field("floor", self.floor, "share of the rate at the end", options::within(0, 1),
          options::elsewhere({"eta_min", "min_lr"}));
  }
};

const bool added_cosine =
    add("cosine", "lowers the rate along half a cosine",
        [](const CosineOptions& options, std::int64_t steps) { return cosine(steps, options.floor); });

const bool told_cosine = facts::add(
    "schedule",
    {{"cosine",
      {.formula = "factor = floor + (1 - floor)·(1 + cos(π·t/T))/2 at update t of T",
       .use = "the usual choice with a known length: long at high rates, then to the end slowly."}}});

}  // namespace

Schedule cosine(std::int64_t steps, double floor) {
  check_steps("cosine", steps);
  options::check("schedule cosine", CosineOptions{floor});
  return {"cosine", [=](const Tensor& at) {
            const Tensor done = minimum(at / static_cast<double>(steps), 1);
            return floor + (1 - floor) / 2 * (1 + cos(done * std::numbers::pi));
          }};
}

}  // namespace luge::optim::schedule
