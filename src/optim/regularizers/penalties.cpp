// Penalties on the sums of sizes and of squares.
#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/optim/regularizer.h"

namespace luge::optim::regularizer {
namespace {

struct LambdaOptions : Selection {
  double lambda = 1e-2;
  static void fields(auto& self, auto&& field) {
    field("lambda", self.lambda, "factor of the penalty", options::at_least(0),
          options::elsewhere({"factor", "strength"}));
    Selection::fields(self, field);
  }
};
struct ElasticOptions : Selection {
  double lambda1 = 1e-2, lambda2 = 1e-2;
  static void fields(auto& self, auto&& field) {
    field("lambda1", self.lambda1, "factor of the sum of sizes", options::at_least(0));
    field("lambda2", self.lambda2, "factor of the sum of squares", options::at_least(0));
    Selection::fields(self, field);
  }
};

template <class O>
O checked(const char* name, const Selection& selection, O options) {
  static_cast<Selection&>(options) = selection;
  options::check(fmt::format("regularizer {}", name), options);
  return options;
}

// λ·Σw².
Regularizer squares(std::string name, double lambda, const Selection& selection) {
  return {std::move(name), [lambda](const Tensor& w) { return lambda * sum(square(w)); },
          [lambda](const Tensor& w) { return 2 * lambda * w; }, selection};
}

LambdaOptions with(double lambda) {
  LambdaOptions options;
  options.lambda = lambda;
  return options;
}

const bool added_l1 = add("l1", "lambda times the sum of sizes: many weights become 0",
                          [](const LambdaOptions& o) { return l1(o.lambda, o); });
const bool added_l2 = add("l2", "lambda times the sum of squares, as in Keras",
                          [](const LambdaOptions& o) { return l2(o.lambda, o); });
const bool added_half = add("half-l2", "lambda/2 times the sum of squares, as PyTorch's weight_decay",
                            [](const LambdaOptions& o) { return half_l2(o.lambda, o); });
const bool added_over = add("l2-over-samples", "lambda/(2m) times the sum of squares, for m training samples",
                            [](const LambdaOptions& o, const Context& context) {
                              return l2_over_samples(o.lambda, context.samples, o);
                            });
const bool added_elastic =
    add("elastic", "lambda1 times the sum of sizes and lambda2 times the sum of squares, as Keras' L1L2",
        [](const ElasticOptions& o) { return elastic(o.lambda1, o.lambda2, o); });

const bool told_penalties = facts::add(
    "regularizer",
    {{"l1",
      {.formula = "lambda·Σ|w|",
       .derivative = "lambda·sign(w)",
       .use =
           "where few weights should be other than 0: the pull toward 0 does not shrink with the weight."}},
     {"l2",
      {.formula = "lambda·Σ w²",
       .derivative = "2·lambda·w",
       .use = "against over-fitting: large weights shrink the most, none becomes 0."}},
     {"half-l2",
      {.formula = "lambda/2·Σ w²",
       .derivative = "lambda·w",
       .use = "as l2; with gradient descent it is the same as weight_decay = lambda."}},
     {"l2-over-samples",
      {.formula = "lambda/(2·m)·Σ w², for m training samples",
       .derivative = "lambda/m·w",
       .use = "as l2, where lambda should mean the same for data of any size."}},
     {"elastic",
      {.formula = "lambda1·Σ|w| + lambda2·Σ w²",
       .derivative = "lambda1·sign(w) + 2·lambda2·w",
       .use = "where weights should be few, and those of columns that belong together alike."}}});

}  // namespace

Regularizer l1(double lambda, const Selection& selection) {
  checked("l1", selection, with(lambda));
  return {"l1", [lambda](const Tensor& w) { return lambda * sum(abs(w)); },
          [lambda](const Tensor& w) { return lambda * sign(w); }, selection, false};
}

Regularizer l2(double lambda, const Selection& selection) {
  checked("l2", selection, with(lambda));
  return squares("l2", lambda, selection);
}

Regularizer half_l2(double lambda, const Selection& selection) {
  checked("half-l2", selection, with(lambda));
  return squares("half-l2", lambda / 2, selection);
}

Regularizer l2_over_samples(double lambda, std::int64_t samples, const Selection& selection) {
  checked("l2-over-samples", selection, with(lambda));
  if (samples < 1)
    throw ValueError(fmt::format("regularizer l2-over-samples: {} samples; expected at least 1", samples));
  return squares("l2-over-samples", lambda / (2 * static_cast<double>(samples)), selection);
}

Regularizer elastic(double lambda1, double lambda2, const Selection& selection) {
  ElasticOptions options;
  options.lambda1 = lambda1;
  options.lambda2 = lambda2;
  checked("elastic", selection, options);
  return {"elastic", [=](const Tensor& w) { return lambda1 * sum(abs(w)) + lambda2 * sum(square(w)); },
          [=](const Tensor& w) { return lambda1 * sign(w) + 2 * lambda2 * w; }, selection, lambda1 == 0};
}

}  // namespace luge::optim::regularizer
