#include <algorithm>
#include <cmath>

#include "luge/facts.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "optim/rules.h"

template <>
struct luge::options::Listing<luge::optim::AdafactorOptions> {
  static void fields(auto& self, auto&& field) {
    field("decay_power", self.decay_power, "the weight of a new square is the step to this power",
          at_least(-1).below(0), elsewhere({"beta2_decay", "decay_rate"}));
    field("epsilon", self.epsilon, "smallest root of a mean square; default: the precision of the weights",
          above(0), elsewhere({"eps", "eps1"}));
    field("smallest_scale", self.smallest_scale, "smallest root mean square that weights count as having",
          above(0), elsewhere({"eps2"}));
    field("clip", self.clip, "largest root mean square of a step before it is scaled", above(0),
          elsewhere({"d", "clip_threshold", "clipping_threshold"}));
    field("relative", self.relative, "limit the rate to 1/√step, and scale it by the size of the weights",
          elsewhere({"relative_step", "scale_parameter"}));
  }
};

namespace luge::optim {
namespace {

struct Step : Rule {
  explicit Step(const AdafactorOptions& options) : options_(options) { options::check("Adafactor", options); }
  std::string name() const override { return "adafactor"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const override {
    const Tensor g = squarable(gradient);
    const double epsilon = options_.epsilon.value_or(parameter.dtype() == f64 ? 0x1p-52 : 0x1p-23);
    const Tensor share = pow(slot.step(), options_.decay_power), kept = as(1 - share, g);
    const Tensor squares = parameter.rank() > 1 && parameter.shape().elements() > 0
                               ? factored(square(g), kept, epsilon, slot)
                               : whole(square(g), kept, slot);
    const Tensor step = rsqrt(maximum(squares, epsilon * epsilon)) * g;
    Tensor rate = slot.learning_rate();
    if (options_.relative)
      rate = minimum(rate, as(rsqrt(slot.step()), g)) *
             maximum(root_mean_square(parameter), options_.smallest_scale);
    return parameter - rate / maximum(root_mean_square(step) / options_.clip, 1) * step;
  }
  // The mean of squares of each element from those of its row and column.
  static Tensor factored(const Tensor& squares, const Tensor& kept, double epsilon, Slots& slot) {
    const Shape& shape = squares.shape();
    const int last = shape.rank() - 1;
    Tensor& rows = slot("rows", zeros(shape.with(last, 1), squares.dtype()));
    Tensor& columns = slot("columns", zeros(shape.with(last - 1, 1), squares.dtype()));
    rows = flush_subnormals(lerp(mean(squares, {-1}, keep_dims), rows, kept));
    columns = flush_subnormals(lerp(mean(squares, {-2}, keep_dims), columns, kept));
    return rows / maximum(mean(rows, {-2}, keep_dims), epsilon) * columns;
  }
  static Tensor whole(const Tensor& squares, const Tensor& kept, Slots& slot) {
    Tensor& v = slot("v");
    return v = flush_subnormals(lerp(squares, v, kept));
  }
  static Tensor root_mean_square(const Tensor& x) {
    return norm(x) / std::sqrt(static_cast<double>(std::max<std::int64_t>(1, x.shape().elements())));
  }
  AdafactorOptions options_;
};

const bool added_adafactor = add("adafactor", "adam that keeps squares by row and column, for little memory",
                                 make_named<Adafactor, AdafactorOptions>);

const bool told_adafactor = facts::add(
    "optimizer", {{"adafactor",
                   {.formula = "u = g/max(√v, epsilon), where v of a matrix is the product of the means of "
                               "g² over rows and columns, divided by their mean; w ← w - s·u/max(1, "
                               "rms(u)/clip), where s = max(smallest_scale, rms(w))·min(rate, 1/√t)",
                    .use = "for large transformers with little memory: a matrix keeps one number for each "
                           "row and column."}}});

}  // namespace

Adafactor::Adafactor(double learning_rate, const AdafactorOptions& options, const OptimizerOptions& common)
    : Optimizer(std::make_shared<Step>(options), learning_rate, with_decay(common, Decay::decoupled)) {}

}  // namespace luge::optim
