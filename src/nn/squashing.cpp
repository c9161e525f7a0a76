#include "luge/nn/squashing.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/activation.h"
#include "luge/ops/math.h"
#include "luge/ops/squashing.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"

template <>
struct luge::options::Listing<luge::nn::ScaledTanhOptions> {
  static void fields(auto& self, auto&& field) {
    field("outer", self.outer, "the factor of the result");
    field("inner", self.inner, "the factor of x");
  }
};
template <>
struct luge::options::Listing<luge::nn::HardSigmoidOptions> {
  static void fields(auto& self, auto&& field) {
    field("alpha", self.alpha, "the slope");
    field("beta", self.beta, "the value at 0");
  }
};
template <>
struct luge::options::Listing<luge::nn::HardTanhOptions> {
  static void fields(auto& self, auto&& field) {
    field("low", self.low, "the lower bound", elsewhere({"min_val"}));
    field("high", self.high, "the upper bound", elsewhere({"max_val"}));
  }
};

namespace luge::nn {
namespace {

struct AxisText {
  std::int64_t axis = -1;
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis, "the axis along which elements are compared; -1: the last",
          options::elsewhere({"dim"}));
  }
};

const RegisteredLayer<ScaledTanhOptions> kScaledTanh("scaled-tanh", "1.7159·tanh(2x/3), in (-1.7159, 1.7159)",
                                                     [](const ScaledTanhOptions& o) {
                                                       return ScaledTanh(o);
                                                     });
const RegisteredLayer<> kSoftsign("softsign", "x/(1 + |x|), in (-1, 1)", [] { return Softsign(); });
const RegisteredLayer<HardSigmoidOptions> kHardSigmoid("hard-sigmoid", "alpha·x + beta limited to [0, 1]",
                                                       [](const HardSigmoidOptions& o) {
                                                         return HardSigmoid(o);
                                                       });
const RegisteredLayer<HardTanhOptions> kHardTanh("hard-tanh", "x limited to [low, high]",
                                                 [](const HardTanhOptions& o) { return HardTanh(o); });
const RegisteredLayer<> kStep("step", "1 for x ≥ 0, else 0; it has no gradient", [] { return Step(); });
const RegisteredLayer<AxisText> kLogSoftmax("log-softmax", "the logarithm of softmax",
                                            [](const AxisText& o) { return LogSoftmax(o.axis); });
const RegisteredLayer<AxisText> kSoftmin("softmin", "e^-x divided by its sum along an axis",
                                         [](const AxisText& o) { return Softmin(o.axis); });
const RegisteredLayer<AxisText> kHardmax("hardmax", "1 at the largest element, else 0; it has no gradient",
                                         [](const AxisText& o) { return Hardmax(o.axis); });

const bool told_squashing = facts::add(
    "layer",
    {{"scaled-tanh",
      {.formula = "a = outer·tanh(inner·x)",
       .derivative = "outer·inner·(1 - tanh²(inner·x))",
       .from_output = "inner·(outer - a²/outer)",
       .range = "(-outer, outer)",
       .use = "in LeNet-5: with 1.7159 and 2/3, a(1) = 1 and a(-1) = -1, and the curvature is the largest "
              "there."}},
     {"softsign",
      {.formula = "a = x/(1 + |x|)",
       .derivative = "1/(1 + |x|)²",
       .from_output = "(1 - |a|)²",
       .range = "(-1, 1)",
       .use =
           "like tanh, but it saturates more slowly: its gradient vanishes like 1/x² and not like e^(-2x)."}},
     {"hard-sigmoid",
      {.formula = "a = min(max(alpha·x + beta, 0), 1)",
       .derivative = "alpha where 0 < alpha·x + beta < 1, else 0",
       .from_output = "alpha for 0 < a < 1, else 0",
       .range = "[0, 1]",
       .use = "for gates that must be cheap, without e^x."}},
     {"hard-tanh",
      {.formula = "a = min(max(x, low), high)",
       .derivative = "1 for low < x < high, else 0",
       .from_output = "1 for low < a < high, else 0",
       .range = "[low, high]",
       .use = "a cheap tanh; units outside of the range do not learn."}},
     {"step",
      {.formula = "a = 1 for x ≥ 0, else 0",
       .derivative = "0 for x ≠ 0; there is none at 0",
       .from_output = "0",
       .range = "[0, 1]",
       .use = "to show what a perceptron computes. Networks with it cannot be trained by gradients."}},
     {"log-softmax",
      {.formula = "a_i = x_i - log Σ_j e^(x_j)",
       .derivative = "∂a_i/∂x_j = 1 - e^(a_i) for i = j, else -e^(a_j)",
       .from_output = "1 - e^(a_i) for i = j, else -e^(a_j)",
       .range = "(-∞, 0]",
       .use = "as the last layer before the loss nll: logarithms of probabilities without rounding to 0."}},
     {"softmin",
      {.formula = "a_i = e^(-x_i) / Σ_j e^(-x_j)",
       .derivative = "∂a_i/∂x_j = -a_i·(1 - a_i) for i = j, else a_i·a_j",
       .from_output = "-a_i·(1 - a_i) for i = j, else a_i·a_j",
       .range = "(0, 1)",
       .use = "for probabilities from distances or costs: the smallest has the largest share."}},
     {"hardmax",
      {.formula = "a_i = 1 for the first largest x_i, else 0",
       .derivative = "0 wherever it exists",
       .from_output = "0",
       .range = "[0, 1]",
       .use = "to write decisions as one-hot vectors. Networks with it cannot be trained by gradients."}}});

}  // namespace

HardTanh::HardTanh(const HardTanhOptions& options) : options_(options) {
  if (!(options.low < options.high)) {
    throw options::OptionError(
        "HardTanh", options::OptionError("low", fmt::format("low is {}; expected a number below high, {}",
                                                            options.low, options.high)));
  }
}

std::optional<LayerText> ScaledTanh::text() const { return kScaledTanh.text(options_); }
std::optional<LayerText> Softsign::text() const { return kSoftsign.text(); }
std::optional<LayerText> HardSigmoid::text() const { return kHardSigmoid.text(options_); }
std::optional<LayerText> HardTanh::text() const { return kHardTanh.text(options_); }
std::optional<LayerText> Step::text() const { return kStep.text(); }
std::optional<LayerText> LogSoftmax::text() const { return kLogSoftmax.text({axis_}); }
std::optional<LayerText> Softmin::text() const { return kSoftmin.text({axis_}); }
std::optional<LayerText> Hardmax::text() const { return kHardmax.text({axis_}); }

Tensor ScaledTanh::forward(const Tensor& x) const { return options_.outer * tanh(options_.inner * x); }
Tensor Softsign::forward(const Tensor& x) const { return softsign(x); }
Tensor HardSigmoid::forward(const Tensor& x) const { return hard_sigmoid(x, options_.alpha, options_.beta); }
Tensor HardTanh::forward(const Tensor& x) const { return hard_tanh(x, options_.low, options_.high); }
Tensor Step::forward(const Tensor& x) const { return step(x); }
Tensor LogSoftmax::forward(const Tensor& x) const { return log_softmax(x, axis_); }
Tensor Softmin::forward(const Tensor& x) const { return softmin(x, axis_); }
Tensor Hardmax::forward(const Tensor& x) const { return hardmax(x, axis_); }

template <class Self>
Padded AlongAxis<Self>::forward_padded(const Padded& x) const {
  check_apart(x, axis_, 1);
  return x.with(this->forward(x.values));
}
template class AlongAxis<LogSoftmax>;
template class AlongAxis<Softmin>;
template class AlongAxis<Hardmax>;

}  // namespace luge::nn
