// Constraints on the weights of each unit, and on their sign.
#include "luge/facts.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/optim/constraint.h"

namespace luge::optim::constraint {
namespace {

struct MaxNormOptions : Selection {
  double limit = 2;  // Keras
  static void fields(auto& self, auto&& field) {
    field("limit", self.limit, "largest norm of the weights of a unit", options::above(0),
          options::elsewhere({"max_value", "max_norm", "c"}));
    Selection::fields(self, field);
  }
};

// By the first index, with all axes kept.
Tensor unit_norms(const Tensor& w) { return w.rank() < 2 ? abs(w) : norm(w, 2, from(1), keep_dims); }

const bool added_max = add("max-norm", "limits the norm of the weights of each unit",
                           [](const MaxNormOptions& o) { return max_norm(o.limit, o); });
const bool added_unit = add("unit-norm", "scales the weights of each unit to the norm 1",
                            [](const Selection& o) { return unit_norm(o); });
const bool added_sign =
    add("non-negative", "sets negative weights to 0", [](const Selection& o) { return non_negative(o); });

const bool told_norms = facts::add(
    "constraint",
    {{"max-norm",
      {.formula = "w ← w·min(1, limit/|w|) for the weights w of each unit, after each step",
       .use = "with dropout and high rates: weights cannot grow without limit."}},
     {"unit-norm",
      {.formula = "w ← w/|w| for the weights w of each unit, after each step",
       .use = "where only the direction of weights should be learned."}},
     {"non-negative",
      {.formula = "w ← max(w, 0) after each step", .use = "where weights are amounts, as in mixtures."}}});

}  // namespace

Constraint max_norm(double limit, const Selection& selection) {
  MaxNormOptions options;
  options.limit = limit;
  options::check("constraint max-norm", options);
  return {"max-norm",
          [limit](const Tensor& w) {
            const Tensor norms = unit_norms(w), over = greater(norms, limit);
            return w * where(over, limit / where(over, norms, 1), 1);
          },
          selection};
}

Constraint unit_norm(const Selection& selection) {
  return {"unit-norm",
          [](const Tensor& w) {
            const Tensor norms = unit_norms(w);
            return w / where(greater(norms, 0), norms, 1);
          },
          selection};
}

Constraint non_negative(const Selection& selection) {
  return {"non-negative", [](const Tensor& w) { return maximum(w, 0); }, selection};
}

}  // namespace luge::optim::constraint
