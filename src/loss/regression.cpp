#include "luge/loss/regression.h"

#include <fmt/format.h>

#include <cmath>

#include "loss/elementwise.h"
#include "luge/error.h"
#include "luge/facts.h"
#include "luge/loss/example.h"
#include "luge/ops/math.h"
#include "luge/ops/regression_losses.h"
#include "luge/ops/shape.h"

// Reductions are left out: a training takes the mean.
template <>
struct luge::options::Listing<luge::loss::MSLEOptions> {
  static void fields(auto& self, auto&& field) {
    field("least", self.least, "smaller predictions and targets count as this", above(-1));
  }
};
template <>
struct luge::options::Listing<luge::loss::MAPEOptions> {
  static void fields(auto& self, auto&& field) {
    field("epsilon", self.epsilon, "smaller targets count as this", above(0), elsewhere({"eps"}));
  }
};
template <>
struct luge::options::Listing<luge::loss::HuberOptions> {
  static void fields(auto& self, auto&& field) {
    field("delta", self.delta, "the error from which the cost is linear", above(0));
  }
};
template <>
struct luge::options::Listing<luge::loss::SmoothL1Options> {
  static void fields(auto& self, auto&& field) {
    field("beta", self.beta, "the error from which the cost is linear", at_least(0));
  }
};
template <>
struct luge::options::Listing<luge::loss::PoissonLossOptions> {
  static void fields(auto& self, auto&& field) {
    field("log_input", self.log_input, "outputs are logarithms of rates; false: rates");
    field("full", self.full, "add an approximation of log t!, which does not depend on outputs");
    field("epsilon", self.epsilon, "added to a rate before its logarithm is taken", at_least(0),
          elsewhere({"eps"}));
  }
};
template <>
struct luge::options::Listing<luge::loss::GaussianNLLOptions> {
  static void fields(auto& self, auto&& field) {
    field("log_variance", self.log_variance,
          "the second half of the outputs are logarithms of variances; false: variances");
    field("full", self.full, "add log(2π)/2");
    field("epsilon", self.epsilon, "the least variance", above(0), elsewhere({"eps"}));
  }
};

namespace luge::loss {
namespace {

// A loss of each element, averaged over those of a sample.
template <class F>
Loss::Function of_elements(const char* name, const F& each) {
  return [name, each](const Tensor& prediction, const Tensor& target) {
    return Cost{.each = mean_per_sample(each(prediction, matched(name, prediction, target))), .weight = {}};
  };
}

Cost gaussian(const GaussianNLLOptions& o, const Tensor& prediction, const Tensor& target) {
  const std::int64_t last = prediction.rank() < 2 ? 0 : prediction.extent(-1);
  if (last == unknown || last < 2 || last % 2 != 0) {
    throw ShapeError(fmt::format(
        "gaussian_nll: prediction {} does not hold a mean and a {} of each number of target {}; expected "
        "[N,…,2·D] for a target [N,…,D]",
        prediction.shape().to_string(), o.log_variance ? "logarithm of a variance" : "variance",
        target.shape().to_string()));
  }
  const int axis = prediction.rank() - 1;
  const Tensor mean = slice(prediction, axis, 0, last / 2);
  const Tensor given = slice(prediction, axis, last / 2, last);
  const Tensor t = matched("gaussian_nll", mean, target);
  // The bounds, within which nothing overflows, change the value alone: the gradient passes them.
  const auto limited = [&] { return given + stop_gradient(clamp(given, std::log(o.epsilon), 80) - given); };
  const Tensor variance = o.log_variance ? exp(limited()) : given;
  return {mean_per_sample(gaussian_nll_loss(mean, t, variance, o.full, o.epsilon)), {}};
}

const bool added_regression[] = {
    add("mae", "the mean absolute error, for numbers", [] { return MAE(); }),
    add("rmse", "the root of the mean squared error, in the unit of the targets", [] { return RMSE(); }),
    add("msle", "the mean squared error of logarithms, for numbers from 0",
        [](const MSLEOptions& o) { return MSLE(o); }),
    add("mape", "the mean absolute error in percent of the target",
        [](const MAPEOptions& o) { return MAPE(o); }),
    add("huber", "squares of small errors, absolute values of large ones",
        [](const HuberOptions& o) { return Huber(o); }),
    add("smooth-l1", "the Huber loss with slope 1 for large errors",
        [](const SmoothL1Options& o) { return SmoothL1(o); }),
    add("log-cosh", "the logarithm of the hyperbolic cosine of the error", [] { return LogCosh(); }),
    add("poisson", "the likelihood of counts, from logarithms of rates",
        [](const PoissonLossOptions& o) { return Poisson(o); }),
    add("gaussian-nll", "the likelihood of numbers, from means and logarithms of variances",
        [](const GaussianNLLOptions& o) { return GaussianNLL(o); })};

Tensor number(double value) { return full({1, 1}, value, f64); }
Tensor column(const Tensor& x) { return reshape(x, {1, 1}); }

Example of_amounts(const char* over, double low, double high) {
  return {over, low, high, {{"t = 1", number(1), column}, {"t = 2", number(2), column}}};
}

const bool shown[] = {
    add_example("msle", [](const Loss&) { return of_amounts("prediction y", 0, 5); }),
    add_example("mape", [](const Loss&) { return of_amounts("prediction y", -1, 4); }),
    // e^y - t·y is the least at y = log t; rates themselves are above 0.
    add_example("poisson",
                [](const Loss& loss) {
                  const bool of_logarithms = loss(number(-1), number(0)).item<double>() > 0;
                  return of_logarithms ? of_amounts("logarithm y of the rate", -2, 2)
                                       : of_amounts("rate y", 0.05, 5);
                }),
    // From the variance 1: its logarithm is 0.
    add_example("gaussian-nll", [](const Loss& loss) {
      const double at_one = loss(reshape(tensor({0.0, 1.0}, Shape{2}), {1, 2}), number(0)).item<double>(),
                   at_e = loss(reshape(tensor({0.0, std::exp(1.0)}, Shape{2}), {1, 2}), number(0))
                              .item<double>();
      const bool of_logarithms = at_e - at_one > 0.6;
      const auto with_variance = [of_logarithms](double variance) {
        return [given = of_logarithms ? std::log(variance) : variance](const Tensor& x) {
          return reshape(concat({x, full({1}, given, f64)}), {1, 2});
        };
      };
      return Example{"mean y",
                     -3,
                     3,
                     {{"t = 0, variance 1", number(0), with_variance(1)},
                      {"t = 0, variance 4", number(0), with_variance(4)}}};
    })};

const bool told_regression = facts::add(
    "loss",
    {{"mae",
      {.formula = "L = |y - t|, mean over the numbers of a sample",
       .derivative = "∂L/∂y = sign(y - t)",
       .range = "[0, ∞)",
       .use = "for numbers where outliers should count no more than others: its best constant prediction is "
              "the median. The slope does not shrink near the target."}},
     {"rmse",
      {.formula = "L = √(mean of (y - t)² over all numbers of all samples)",
       .derivative = "∂L/∂y = (y - t)/(n·L) for n numbers; 0 where L is 0",
       .range = "[0, ∞)",
       .use = "for numbers, as a figure in their own unit. It has the minimum of mse; its gradients have the "
              "same length however small the errors are, so a schedule should end with a small rate."}},
     {"msle",
      {.formula = "L = (log(1 + y) - log(1 + t))²; smaller y and t count as least",
       .derivative = "∂L/∂y = 2·(log(1 + y) - log(1 + t))/(1 + y) for y > least",
       .range = "[0, ∞)",
       .use = "for counts and amounts from 0 whose ratios matter more than their differences."}},
     {"mape",
      {.formula = "L = 100·|t - y|/max(|t|, epsilon)",
       .derivative = "∂L/∂y = 100·sign(y - t)/max(|t|, epsilon)",
       .range = "[0, ∞)",
       .use = "for amounts whose relative error matters; not where targets are near 0."}},
     {"huber",
      {.formula = "L = (y - t)²/2 for |y - t| ≤ delta, else delta·(|y - t| - delta/2)",
       .derivative = "∂L/∂y = y - t for |y - t| ≤ delta, else delta·sign(y - t)",
       .range = "[0, ∞)",
       .use = "for numbers with outliers: like mse near the target, like mae far from it."}},
     {"smooth-l1",
      {.formula = "L = (y - t)²/(2·beta) for |y - t| < beta, else |y - t| - beta/2",
       .derivative = "∂L/∂y = (y - t)/beta for |y - t| < beta, else sign(y - t)",
       .range = "[0, ∞)",
       .use = "for corners of boxes in detection: huber divided by beta."}},
     {"log-cosh",
      {.formula = "L = log(cosh(y - t))",
       .derivative = "∂L/∂y = tanh(y - t)",
       .range = "[0, ∞)",
       .use = "like huber without an option, and with two derivatives everywhere."}},
     {"poisson",
      {.formula = "L = e^y - t·y for y = log of the rate; with log_input = false, y - t·log(y + epsilon)",
       .derivative = "∂L/∂y = e^y - t; with log_input = false, 1 - t/(y + epsilon)",
       .range = "(-∞, ∞)",
       .use = "for counts, such as of events in a time: the network predicts the rate."}},
     {"gaussian-nll",
      {.formula =
           "L = (log v + (y - t)²/v)/2, where outputs are means y and log v, or v with log_variance = false",
       .derivative = "∂L/∂y = (y - t)/v; ∂L/∂(log v) = (1 - (y - t)²/v)/2",
       .range = "(-∞, ∞)",
       .use =
           "for numbers whose error should be predicted, too: the network gives a mean and a variance."}}});

}  // namespace

MAE::MAE(Reduction reduction)
    : Loss("mae", reduction,
           of_elements("mae", [](const Tensor& y, const Tensor& t) { return abs(t - y); })) {}

RMSE::RMSE(Reduction reduction)
    : Loss(Loss("rmse", reduction,
                of_elements("rmse", [](const Tensor& y, const Tensor& t) { return square(t - y); }))
               .rooted()) {}

MSLE::MSLE(const MSLEOptions& o)
    : Loss("msle", o.reduction, of_elements("msle", [o](const Tensor& y, const Tensor& t) {
             return squared_log_error(y, t, o.least);
           })) {
  options::check("msle", o);
}

MAPE::MAPE(const MAPEOptions& o)
    : Loss("mape", o.reduction, of_elements("mape", [o](const Tensor& y, const Tensor& t) {
             return absolute_percentage_error(y, t, o.epsilon);
           })) {
  options::check("mape", o);
}

Huber::Huber(const HuberOptions& o)
    : Loss("huber", o.reduction, of_elements("huber", [o](const Tensor& y, const Tensor& t) {
             return huber_loss(y, t, o.delta);
           })) {
  options::check("huber", o);
}

SmoothL1::SmoothL1(const SmoothL1Options& o)
    : Loss("smooth_l1", o.reduction, of_elements("smooth_l1", [o](const Tensor& y, const Tensor& t) {
             return smooth_l1_loss(y, t, o.beta);
           })) {
  options::check("smooth_l1", o);
}

LogCosh::LogCosh(Reduction reduction)
    : Loss("log_cosh", reduction,
           of_elements("log_cosh", [](const Tensor& y, const Tensor& t) { return log_cosh_loss(y, t); })) {}

Poisson::Poisson(const PoissonLossOptions& o)
    : Loss("poisson", o.reduction, of_elements("poisson", [o](const Tensor& y, const Tensor& t) {
             return poisson_nll_loss(y, t, {.log_input = o.log_input, .full = o.full, .epsilon = o.epsilon});
           })) {
  options::check("poisson", o);
}

GaussianNLL::GaussianNLL(const GaussianNLLOptions& o)
    : Loss("gaussian_nll", o.reduction,
           [o](const Tensor& prediction, const Tensor& target) { return gaussian(o, prediction, target); }) {
  options::check("gaussian_nll", o);
}

}  // namespace luge::loss
