#include "luge/nn/activation.h"

#include <fmt/format.h>

#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"

template <>
struct luge::options::Names<luge::GeluForm> {
  static constexpr std::pair<GeluForm, const char*> all[] = {{GeluForm::exact, "exact"},
                                                             {GeluForm::tanh, "tanh"}};
};

namespace luge::nn {
namespace {

using options::elsewhere;

struct LeakyReluText {
  double slope = 0.01;
  static void fields(auto& self, auto&& field) {
    field("slope", self.slope, "the slope for negative x", elsewhere({"negative_slope", "alpha"}));
  }
};
struct GeluText {
  GeluForm form = GeluForm::exact;
  static void fields(auto& self, auto&& field) {
    field("form", self.form, "by the error function, or approximately by tanh", elsewhere({"approximate"}));
  }
};
struct SoftmaxText {
  std::int64_t axis = -1;
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis, "the axis along which the outputs add up to 1; -1: the last",
          elsewhere({"dim"}));
  }
};

const RegisteredLayer<> kRelu("relu", "max(x, 0)", [] { return Relu(); });
const RegisteredLayer<LeakyReluText> kLeakyRelu("leaky-relu", "x where x > 0, else slope·x",
                                                [](const LeakyReluText& o) { return LeakyRelu(o.slope); });
const RegisteredLayer<> kRelu6("relu6", "x limited to [0, 6]", [] { return Relu6(); });
const RegisteredLayer<GeluText> kGelu("gelu", "x·Φ(x), Φ the normal distribution",
                                      [](const GeluText& o) { return Gelu(o.form); });
const RegisteredLayer<> kSigmoid("sigmoid", "1/(1 + e^-x), in (0, 1)", [] { return Sigmoid(); });
const RegisteredLayer<> kTanh("tanh", "hyperbolic tangent, in (-1, 1)", [] { return Tanh(); });
const RegisteredLayer<SoftmaxText> kSoftmax("softmax", "e^x divided by its sum along an axis",
                                            [](const SoftmaxText& o) { return Softmax(o.axis); });

const bool told_activation = facts::add(
    "layer",
    {{"relu",
      {.formula = "a = max(x, 0)",
       .derivative = "1 for x > 0, else 0",
       .from_output = "1 for a > 0, else 0",
       .range = "[0, ∞)",
       .use = "the first choice after hidden layers: cheap, and its slope does not vanish for large x. A "
              "unit whose x is negative for every sample has no gradient and no longer learns."}},
     {"leaky-relu",
      {.formula = "a = x for x > 0, else slope·x",
       .derivative = "1 for x > 0, else slope",
       .from_output = "1 for a > 0, else slope (for slope > 0)",
       .range = "(-∞, ∞) for slope > 0",
       .use = "in place of relu when many units no longer learn: the small slope keeps a gradient for "
              "negative x."}},
     {"relu6",
      {.formula = "a = min(max(x, 0), 6)",
       .derivative = "1 for 0 < x < 6, else 0",
       .from_output = "1 for 0 < a < 6, else 0",
       .range = "[0, 6]",
       .use = "in networks that are computed with few bits later, as in MobileNet: the range of outputs is "
              "known."}},
     {"gelu",
      {.formula = "a = x·Φ(x), where Φ(x) = (1 + erf(x/√2))/2; with form = tanh, Φ(x) ≈ (1 + tanh(√(2/π)·(x "
                  "+ 0.044715·x³)))/2",
       .derivative = "Φ(x) + x·φ(x), where φ(x) = e^(-x²/2)/√(2π)",
       .range = "[-0.17, ∞)",
       .use = "in transformers: a smooth relu that also has a gradient for negative x near 0."}},
     {"sigmoid",
      {.formula = "a = 1/(1 + e^-x)",
       .derivative = "e^-x/(1 + e^-x)², at most 1/4, at x = 0",
       .from_output = "a·(1 - a)",
       .range = "(0, 1)",
       .use = "for probabilities of yes or no, and gates. In deep hidden layers gradients vanish: each layer "
              "multiplies them by at most 1/4, and outputs are not centered at zero. For a loss of yes or "
              "no, train with logits and binary-cross-entropy."}},
     {"tanh",
      {.formula = "a = (e^x - e^-x)/(e^x + e^-x)",
       .derivative = "4/(e^x + e^-x)², at most 1, at x = 0",
       .from_output = "1 - a²",
       .range = "(-1, 1)",
       .use = "in hidden layers and recurrent cells where outputs should be centered at zero. It also "
              "saturates: far from 0 its gradient vanishes."}},
     {"softmax",
      {.formula = "a_i = e^(x_i) / Σ_j e^(x_j)",
       .derivative = "∂a_i/∂x_j = a_i·(1 - a_i) for i = j, else -a_i·a_j",
       .from_output = "a_i·(1 - a_i) for i = j, else -a_i·a_j",
       .range = "(0, 1)",
       .use = "for probabilities of classes that exclude each other, and for attention. For training, give "
              "logits to softmax-cross-entropy: it is exact where probabilities are 0 or 1."}}});

}  // namespace

std::optional<LayerText> Relu::text() const { return kRelu.text(); }
std::optional<LayerText> LeakyRelu::text() const { return kLeakyRelu.text({slope_}); }
std::optional<LayerText> Relu6::text() const { return kRelu6.text(); }
std::optional<LayerText> Gelu::text() const { return kGelu.text({form_}); }
std::optional<LayerText> Sigmoid::text() const { return kSigmoid.text(); }
std::optional<LayerText> Tanh::text() const { return kTanh.text(); }
std::optional<LayerText> Softmax::text() const { return kSoftmax.text({axis_}); }

Tensor Relu::forward(const Tensor& x) const { return relu(x); }
Tensor LeakyRelu::forward(const Tensor& x) const { return leaky_relu(x, slope_); }
std::string LeakyRelu::describe() const { return fmt::format("LeakyRelu {}", slope_); }
Tensor Relu6::forward(const Tensor& x) const { return relu6(x); }
Tensor Gelu::forward(const Tensor& x) const { return gelu(x, form_); }
Tensor Sigmoid::forward(const Tensor& x) const { return sigmoid(x); }
Tensor Tanh::forward(const Tensor& x) const { return tanh(x); }
Tensor Softmax::forward(const Tensor& x) const { return softmax(x, axis_); }

Padded Softmax::forward_padded(const Padded& x) const {
  check_apart(x, axis_, 1);
  return x.with(forward(x.values));
}

}  // namespace luge::nn
