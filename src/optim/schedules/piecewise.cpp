#include <algorithm>

#include "luge/facts.h"
#include "luge/optim/schedule.h"
#include "optim/schedules/milestones.h"

namespace luge::optim::schedule {
namespace {

struct PiecewiseOptions {
  std::vector<std::int64_t> boundaries = {};
  std::vector<double> factors = {1};
  static void fields(auto& self, auto&& field) {
    field("boundaries", self.boundaries, "updates after which the next factor begins",
          options::elsewhere({"milestones"}));
    field("factors", self.factors, "factors of the rate, one more than boundaries",
          options::elsewhere({"values"}));
  }
};

const bool added_piecewise =
    add("piecewise", "one factor of the rate after the other",
        [](const PiecewiseOptions& options) { return piecewise(options.boundaries, options.factors); });

const bool told_piecewise =
    facts::add("schedule", {{"piecewise",
                             {.formula = "factors[k] between boundaries[k - 1] and boundaries[k]",
                              .use = "for any sequence of rates by hand."}}});

}  // namespace

Schedule piecewise(const std::vector<std::int64_t>& boundaries, const std::vector<double>& factors) {
  check_rising("piecewise", boundaries);
  if (factors.size() != boundaries.size() + 1) {
    throw ValueError(fmt::format("schedule piecewise: {} factors for {} boundaries; expected {}",
                                 factors.size(), boundaries.size(), boundaries.size() + 1));
  }
  for (const double each : factors) {
    if (!(each >= 0))
      throw ValueError(fmt::format("schedule piecewise: a factor is {}; expected 0 or more", each));
  }
  return {"piecewise", [=](const Tensor& at) {
            Tensor factor = scalar(factors[0], f64);
            for (std::size_t k = 0; k < boundaries.size(); ++k)
              factor = where(greater_equal(at, static_cast<double>(boundaries[k])), factors[k + 1], factor);
            return factor;
          }};
}

}  // namespace luge::optim::schedule
