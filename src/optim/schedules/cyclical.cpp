#include <algorithm>

#include "luge/facts.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/optim/schedule.h"

template <>
struct luge::options::Names<luge::optim::schedule::Cycle> {
  using Cycle = luge::optim::schedule::Cycle;
  static constexpr std::pair<Cycle, const char*> all[] = {{Cycle::triangular, "triangular"},
                                                          {Cycle::triangular2, "triangular2"},
                                                          {Cycle::exp_range, "exp_range"}};
};

template <>
struct luge::options::Listing<luge::optim::schedule::CyclicalOptions> {
  static void fields(auto& self, auto&& field) {
    field("cycle", self.cycle, "peaks stay, are halved in each cycle, or shrink by decay in each update",
          elsewhere({"mode"}));
    field("up", self.up, "updates from the floor to the peak; 0: a sixth of the training", at_least(0),
          elsewhere({"step_size", "step_size_up"}));
    field("down", self.down, "updates back; 0: as many", at_least(0), elsewhere({"step_size_down"}));
    field("floor", self.floor, "share of the rate at the lower end", within(0, 1), elsewhere({"base_lr"}));
    field("decay", self.decay, "of exp_range: what peaks shrink by in each update", above(0).at_most(1));
  }
};

namespace luge::optim::schedule {
namespace {

// Without an `up`, a training has three cycles.
struct Stretched : CyclicalOptions {
  Stretched() { up = 0; }
  static void fields(auto& self, auto&& field) { options::Listing<CyclicalOptions>::fields(self, field); }
};

const bool added_cyclical = add("cyclical", "raises and lowers the rate along lines, again and again",
                                [](const Stretched& given, std::int64_t steps) {
                                  CyclicalOptions options = given;
                                  if (options.up == 0) options.up = std::max<std::int64_t>(1, steps / 6);
                                  return cyclical(options);
                                });

const bool told_cyclical =
    facts::add("schedule", {{"cyclical",
                             {.formula = "from floor to the peak along a line in up updates, and back in "
                                         "down updates; the peak is 1, halved in each cycle, or decay^t",
                              .use = "where the best rate is not known within a range."}}});

}  // namespace

Schedule cyclical(const CyclicalOptions& options) {
  options::check("schedule cyclical", options);
  if (options.up < 1) throw options::OptionError("up", "schedule cyclical: up is 0; expected 1 or more");
  return {"cyclical", [=](const Tensor& at) {
            const double up = static_cast<double>(options.up);
            const double all = up + static_cast<double>(options.down > 0 ? options.down : options.up);
            const Tensor number = floor(at / all);  // of the cycle, from 0
            const Tensor done = at - all * number;  // updates of it
            const Tensor height = where(less_equal(done, up), done / up, (all - done) / (all - up));
            Tensor peak = scalar(1.0, f64);
            if (options.cycle == Cycle::triangular2) peak = pow(0.5, number);
            if (options.cycle == Cycle::exp_range) peak = pow(options.decay, at);
            return options.floor + (1 - options.floor) * height * peak;
          }};
}

}  // namespace luge::optim::schedule
