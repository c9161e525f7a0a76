#include "luge/nn/linear.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/linalg.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

using options::at_least, options::elsewhere, options::required;

struct LinearText {
  std::int64_t outputs = 0;
  LinearOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("outputs", self.outputs, "number of outputs", at_least(1), required,
          elsewhere({"units", "out_features", "filters"}));
    field("bias", self.options.bias, "add a bias", elsewhere({"use_bias"}));
    field("init", self.options.init, "initial value of weight",
          elsewhere({"initializer", "kernel_initializer"}));
    field("bias_init", self.options.bias_init, "initial value of bias", elsewhere({"bias_initializer"}));
  }
};

const RegisteredLayer<LinearText> kLinear("linear", "fully connected: x·wᵀ + b", [](const LinearText& text) {
  return Linear(text.outputs, text.options);
});

const bool told_linear = facts::add(
    "layer", {{"linear",
               {.formula = "y = x·wᵀ + b",
                .derivative = "∂L/∂x = g·w; ∂L/∂w = gᵀ·x; ∂L/∂b = Σ g over samples, for the gradient g by y",
                .parameters = "inputs·outputs + outputs (without bias: inputs·outputs)",
                .output = "[N,…,outputs] for x [N,…,inputs]",
                .use = "as a hidden layer between activations, and as the last layer: one output for each "
                       "class or number."}}});

}  // namespace

Linear::Linear(std::int64_t outputs, const LinearOptions& options) : outputs_(outputs), options_(options) {
  options::check("Linear", LinearText{outputs, options});
  weight = parameter("weight");
  if (options.bias) bias = parameter("bias");
}

void Linear::create_parameters(const Tensor& x) const {
  if (x.rank() < 2 || x.extent(-1) == unknown) {
    throw ShapeError(fmt::format("input {} does not say how many inputs there are; expected [N,…,inputs]",
                                 x.shape().to_string()));
  }
  const Shape shape{outputs_, x.extent(-1)};
  const init::Fans fans = init::fans_of(shape);
  create(weight, options_.init(shape, fans, x.dtype()));
  if (bias.defined()) create(bias, options_.bias_init(Shape{outputs_}, fans, x.dtype()));
}

Tensor Linear::forward(const Tensor& x) const { return linear(x, weight, bias); }

Padded Linear::forward_padded(const Padded& x) const {
  check_apart(x, -1, 1);
  return x.with(forward(x.values));
}

std::optional<LayerText> Linear::text() const { return kLinear.text({outputs_, options_}); }

std::string Linear::describe() const { return fmt::format("Linear {}", outputs_); }

Work Linear::work() const {
  return {.fan_in = weight.variable().shape()[1], .bias = bias.defined(), .multiplies = true};
}

}  // namespace luge::nn
