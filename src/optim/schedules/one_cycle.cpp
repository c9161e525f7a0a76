#include <numbers>

#include "luge/facts.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/optim/schedule.h"
#include "optim/schedules/steps.h"

template <>
struct luge::options::Names<luge::optim::schedule::Anneal> {
  using Anneal = luge::optim::schedule::Anneal;
  static constexpr std::pair<Anneal, const char*> all[] = {{Anneal::cosine, "cosine"},
                                                           {Anneal::linear, "linear"}};
};

// Without `steps`, which is the length of the training.
template <>
struct luge::options::Listing<luge::optim::schedule::OneCycleOptions> {
  static void fields(auto& self, auto&& field) {
    field("rising", self.rising, "share of the training in which the rate rises", within(0, 1),
          elsewhere({"pct_start"}));
    field("anneal", self.anneal, "the form of the parts", elsewhere({"anneal_strategy"}));
    field("start", self.start, "the first rate is the rate divided by this", at_least(1),
          elsewhere({"div_factor"}));
    field("end", self.end, "the last rate is the first one divided by this", at_least(1),
          elsewhere({"final_div_factor"}));
    field("three_phase", self.three_phase, "fall as long as it rose, then to the last rate");
  }
};

namespace luge::optim::schedule {
namespace {

const bool added_one_cycle = add("one-cycle", "raises the rate, then lowers it to almost nothing",
                                 [](const OneCycleOptions& given, std::int64_t steps) {
                                   OneCycleOptions options = given;
                                   options.steps = steps;
                                   return one_cycle(options);
                                 });

// From one factor to the other, while `done` goes from 0 to 1.
Tensor between(Anneal anneal, double from, double to, const Tensor& done) {
  if (anneal == Anneal::linear) return from + (to - from) * done;
  return to + (from - to) / 2 * (1 + cos(done * std::numbers::pi));
}

const bool told_one_cycle = facts::add(
    "schedule",
    {{"one-cycle",
      {.formula = "from 1/start up to 1 in the share rising of the updates, then down to 1/(start·end)",
       .use = "for short trainings with a high rate, which find-rate suggests."}}});

}  // namespace

Schedule one_cycle(const OneCycleOptions& options) {
  check_steps("one-cycle", options.steps);
  options::check("schedule one-cycle", options);
  const double first = 1 / options.start, last = first / options.end;
  struct Part {
    double until, from, to;
  };
  const double all = static_cast<double>(options.steps), rise = options.rising * all;
  std::vector<Part> parts = {{rise - 1, first, 1}};
  if (options.three_phase) parts.push_back({2 * rise - 2, 1, first});
  parts.push_back({all - 1, options.three_phase ? first : 1, last});
  return {"one-cycle", [=, anneal = options.anneal](const Tensor& at) {
            Tensor factor = scalar(last, f64);
            for (std::size_t k = parts.size(); k-- > 0;) {
              const double begin = k == 0 ? 0 : parts[k - 1].until, length = parts[k].until - begin;
              if (!(length > 0)) continue;
              const Tensor done = clamp((at - begin) / length, 0, 1);
              factor = where(less_equal(at, parts[k].until),
                             between(anneal, parts[k].from, parts[k].to, done), factor);
            }
            return factor;
          }};
}

}  // namespace luge::optim::schedule
