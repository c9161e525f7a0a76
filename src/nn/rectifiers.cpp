#include "luge/nn/rectifiers.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/rectifiers.h"
#include "luge/ops/shape.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"

template <>
struct luge::options::Listing<luge::nn::PReluOptions> {
  static void fields(auto& self, auto&& field) {
    field("per_channel", self.per_channel, "one slope for each channel, and not one for all");
    field("init", self.init, "initial value of the slopes");
  }
};

namespace luge::nn {
namespace {

using options::above;

struct EluText {
  double alpha = 1;
  static void fields(auto& self, auto&& field) {
    field("alpha", self.alpha, "minus the limit for negative x");
  }
};
struct CeluText {
  double alpha = 1;
  static void fields(auto& self, auto&& field) {
    field("alpha", self.alpha, "minus the limit for negative x", above(0));
  }
};
struct SiluText {
  double beta = 1;
  static void fields(auto& self, auto&& field) {
    field("beta", self.beta, "the factor of x inside the sigmoid");
  }
};
struct SoftplusText {
  double beta = 1;
  static void fields(auto& self, auto&& field) {
    field("beta", self.beta, "how sharp the bend at 0 is", above(0));
  }
};
struct ThresholdText {
  double at = 0, value = 0;
  static void fields(auto& self, auto&& field) {
    field("at", self.at, "x above this stays", options::elsewhere({"threshold"}));
    field("value", self.value, "what other x become");
  }
};
struct GluText {
  std::int64_t axis = -1;
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis, "the axis that is halved; -1: the last", options::elsewhere({"dim"}));
  }
};

const RegisteredLayer<PReluOptions> kPRelu("prelu", "x where x > 0, else slope·x with trained slopes",
                                           [](const PReluOptions& o) { return PRelu(o); });
const RegisteredLayer<EluText> kElu("elu", "x where x > 0, else alpha·(e^x - 1)",
                                    [](const EluText& o) { return Elu(o.alpha); });
const RegisteredLayer<> kSelu("selu", "elu with constants that keep mean 0 and variance 1",
                              [] { return Selu(); });
const RegisteredLayer<CeluText> kCelu("celu", "x where x > 0, else alpha·(e^(x/alpha) - 1)",
                                      [](const CeluText& o) { return Celu(o.alpha); });
const RegisteredLayer<SiluText> kSilu("silu", "x·sigmoid(beta·x), also called swish",
                                      [](const SiluText& o) { return Silu(o.beta); });
const RegisteredLayer<> kMish("mish", "x·tanh(log(1 + e^x))", [] { return Mish(); });
const RegisteredLayer<SoftplusText> kSoftplus("softplus", "log(1 + e^(beta·x))/beta, a smooth relu",
                                              [](const SoftplusText& o) { return Softplus(o.beta); });
const RegisteredLayer<> kHardSwish("hard-swish", "x·relu6(x + 3)/6, a swish without e^x",
                                   [] { return HardSwish(); });
const RegisteredLayer<ThresholdText> kThreshold("threshold", "x where x > at, else a value",
                                                [](const ThresholdText& o) {
                                                  return Threshold(o.at, o.value);
                                                });
const RegisteredLayer<GluText> kGlu("glu", "one half of an axis times the sigmoid of the other half",
                                    [](const GluText& o) { return Glu(o.axis); });

const bool told_rectifiers = facts::add(
    "layer",
    {{"prelu",
      {.formula = "a = x for x > 0, else weight·x",
       .derivative = "by x: 1 for x > 0, else weight; by weight: 0 for x > 0, else x",
       .range = "(-∞, ∞)",
       .parameters = "1, or with per_channel one for each channel",
       .output = "the shape of x",
       .use = "in place of leaky-relu when the slope for negative x should be learned (He 2015)."}},
     {"elu",
      {.formula = "a = x for x > 0, else alpha·(e^x - 1)",
       .derivative = "1 for x > 0, else alpha·e^x",
       .from_output = "1 for a > 0, else a + alpha",
       .range = "(-alpha, ∞) for alpha > 0",
       .use = "where means of outputs should be nearer to zero than with relu; smooth at 0 for alpha = 1."}},
     {"selu",
      {.formula = "a = λ·x for x > 0, else λ·α·(e^x - 1), where λ = 1.0507 and α = 1.6733",
       .derivative = "λ for x > 0, else λ·α·e^x",
       .from_output = "λ for a > 0, else a + λ·α",
       .range = "(-1.7581, ∞)",
       .use = "in deep networks of linear layers without normalization: with lecun_normal weights and "
              "alpha-dropout, outputs keep the mean 0 and the variance 1."}},
     {"celu",
      {.formula = "a = x for x > 0, else alpha·(e^(x/alpha) - 1)",
       .derivative = "1 for x > 0, else e^(x/alpha)",
       .from_output = "1 for a > 0, else 1 + a/alpha",
       .range = "(-alpha, ∞) for alpha > 0",
       .use = "like elu, and smooth at 0 for every alpha."}},
     {"silu",
      {.formula = "a = x·σ(beta·x), where σ(x) = 1/(1 + e^-x)",
       .derivative = "σ(beta·x) + beta·x·σ(beta·x)·(1 - σ(beta·x))",
       .from_output = "beta·a + σ(beta·x)·(1 - beta·a)",
       .range = "[-0.2785, ∞) for beta = 1",
       .use = "in deep networks of images and in language models, in place of relu: smooth, and not "
              "monotonic."}},
     {"mish",
      {.formula = "a = x·tanh(log(1 + e^x))",
       .derivative = "tanh(s) + x·σ(x)·(1 - tanh²(s)), where s = log(1 + e^x) and σ(x) = 1/(1 + e^-x)",
       .range = "[-0.30885, ∞)",
       .use = "like silu, as in YOLOv4."}},
     {"softplus",
      {.formula = "a = log(1 + e^(beta·x))/beta",
       .derivative = "1/(1 + e^(-beta·x)), the sigmoid of beta·x",
       .from_output = "1 - e^(-beta·a)",
       .range = "(0, ∞)",
       .use = "for outputs that must be positive, such as variances and rates."}},
     {"hard-swish",
      {.formula = "a = x·min(max(x + 3, 0), 6)/6",
       .derivative = "0 for x ≤ -3, 1 for x ≥ 3, else (2x + 3)/6",
       .range = "[-0.375, ∞)",
       .use = "in networks for small devices, as in MobileNetV3: a silu without e^x."}},
     {"threshold",
      {.formula = "a = x for x > at, else value",
       .derivative = "1 for x > at, else 0",
       .from_output = "1 for a > at, else 0 (where value ≤ at)",
       .range = "[0, ∞) for at = 0 and value = 0",
       .use = "where a relu should begin at another x, or have another value there."}},
     {"glu",
      {.formula = "a = u·σ(v), where u and v are the halves of x along the axis and σ(x) = 1/(1 + e^-x)",
       .derivative = "by u: σ(v); by v: u·σ(v)·(1 - σ(v))",
       .range = "(-∞, ∞)",
       .parameters = "none",
       .output = "the shape of x, with half the extent along the axis",
       .use = "as a gate after a layer with twice as many outputs, in convolutional and transformer networks "
              "of sequences."}}});

}  // namespace

PRelu::PRelu(const PReluOptions& options) : weight(parameter("weight")), options_(options) {}

void PRelu::create_parameters(const Tensor& x) const {
  const DType dtype = is_floating(x.dtype()) ? x.dtype() : f32;
  if (options_.per_channel && (x.rank() < 2 || x.extent(1) == unknown)) {
    throw ShapeError(fmt::format("input {} has an unknown number of channels; expected [N,C] or [N,C,…]",
                                 x.shape().to_string()));
  }
  create(weight, full({options_.per_channel ? x.extent(1) : 1}, options_.init, dtype));
}

Celu::Celu(double alpha) : alpha_(alpha) { options::check("Celu", CeluText{alpha}); }
Softplus::Softplus(double beta) : beta_(beta) { options::check("Softplus", SoftplusText{beta}); }

std::optional<LayerText> PRelu::text() const { return kPRelu.text(options_); }
std::optional<LayerText> Elu::text() const { return kElu.text({alpha_}); }
std::optional<LayerText> Selu::text() const { return kSelu.text(); }
std::optional<LayerText> Celu::text() const { return kCelu.text({alpha_}); }
std::optional<LayerText> Silu::text() const { return kSilu.text({beta_}); }
std::optional<LayerText> Mish::text() const { return kMish.text(); }
std::optional<LayerText> Softplus::text() const { return kSoftplus.text({beta_}); }
std::optional<LayerText> HardSwish::text() const { return kHardSwish.text(); }
std::optional<LayerText> Threshold::text() const { return kThreshold.text({at_, value_}); }
std::optional<LayerText> Glu::text() const { return kGlu.text({axis_}); }

Tensor PRelu::forward(const Tensor& x) const { return prelu(x, weight); }
Tensor Elu::forward(const Tensor& x) const { return elu(x, alpha_); }
Tensor Selu::forward(const Tensor& x) const { return selu(x); }
Tensor Celu::forward(const Tensor& x) const { return celu(x, alpha_); }
Tensor Silu::forward(const Tensor& x) const { return silu(x, beta_); }
Tensor Mish::forward(const Tensor& x) const { return mish(x); }
Tensor Softplus::forward(const Tensor& x) const { return softplus(x, beta_); }
Tensor HardSwish::forward(const Tensor& x) const { return hard_swish(x); }
Tensor Threshold::forward(const Tensor& x) const { return threshold(x, at_, value_); }
Tensor Glu::forward(const Tensor& x) const { return glu(x, axis_); }

Padded PRelu::forward_padded(const Padded& x) const {
  if (options_.per_channel) check_apart(x, 1, 1);
  return x.with(forward(x.values));
}
Padded Glu::forward_padded(const Padded& x) const {
  check_apart(x, axis_, 1);
  return x.with(forward(x.values));
}

}  // namespace luge::nn
