#include <algorithm>
#include <cmath>
#include <numbers>

#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/optim/schedule.h"

template <>
struct luge::options::Listing<luge::optim::schedule::CosineRestartsOptions> {
  static void fields(auto& self, auto&& field) {
    field("period", self.period, "updates of the first period", at_least(1),
          elsewhere({"t_0", "first_decay_steps"}));
    field("longer", self.longer, "each period is this many times as long as the one before", at_least(1),
          elsewhere({"t_mult", "t_mul"}));
    field("peak", self.peak, "where each period begins, as a share of where the one before began",
          above(0).at_most(1), elsewhere({"m_mul"}));
    field("floor", self.floor, "share of the rate at the end of each period", within(0, 1),
          elsewhere({"eta_min", "alpha", "min_lr"}));
  }
};

namespace luge::optim::schedule {
namespace {

// As the shell takes them: three periods, each twice as long as the one before, are a training.
struct Stretched {
  std::optional<std::int64_t> period = {};
  std::int64_t longer = 2;
  double peak = 1, floor = 0;
  static void fields(auto& self, auto&& field) {
    field("period", self.period, "updates of the first period; default: a seventh of the training",
          options::at_least(1), options::elsewhere({"t_0", "first_decay_steps"}));
    field("longer", self.longer, "each period is this many times as long as the one before",
          options::at_least(1), options::elsewhere({"t_mult", "t_mul"}));
    field("peak", self.peak, "where each period begins, as a share of where the one before began",
          options::above(0).at_most(1), options::elsewhere({"m_mul"}));
    field("floor", self.floor, "share of the rate at the end of each period", options::within(0, 1),
          options::elsewhere({"eta_min", "alpha", "min_lr"}));
  }
};

const bool added_cosine_restarts =
    add("cosine-restarts", "lowers the rate along half a cosine, again and again (SGDR)",
        [](const Stretched& o, std::int64_t steps) {
          const std::int64_t period = o.period.value_or(std::max<std::int64_t>(1, (steps + 6) / 7));
          return cosine_restarts({.period = period, .longer = o.longer, .peak = o.peak, .floor = o.floor});
        });

const bool told_cosine_restarts = facts::add(
    "schedule", {{"cosine-restarts",
                  {.formula = "factor = floor + (high - floor)·(1 + cos(π·t/T))/2 in each period of T "
                              "updates; the next one is longer times as long and begins at peak times high",
                   .use = "to leave minima again, and for snapshots at the end of each period."}}});

}  // namespace

Schedule cosine_restarts(const CosineRestartsOptions& options) {
  options::check("schedule cosine-restarts", options);
  return {"cosine-restarts", [=](const Tensor& at) {
            const double first = static_cast<double>(options.period);
            const Tensor passed = at / first;  // in first periods
            Tensor number, done;               // of the period, and what of it is done
            if (options.longer == 1) {
              number = floor(passed);
              done = passed - number;
            } else {
              // After n periods (longer^n - 1)/(longer - 1) first ones have passed. What rounding leaves
              // below a whole number is one.
              const double m = static_cast<double>(options.longer);
              number = floor(log(passed * (m - 1) + 1) / std::log(m) + 1e-9);
              const Tensor length = pow(m, number);
              done = maximum(passed - (length - 1) / (m - 1), 0) / length;
            }
            const Tensor fall = pow(options.peak, number) / 2 * (1 + cos(done * std::numbers::pi));
            return options.floor + (1 - options.floor) * fall;
          }};
}

}  // namespace luge::optim::schedule
