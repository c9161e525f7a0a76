#include "luge/nn/activation.h"

#include <fmt/format.h>

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
