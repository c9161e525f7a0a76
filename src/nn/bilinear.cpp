#include "luge/nn/bilinear.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "nn/input_count.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

struct BilinearText {
  std::int64_t outputs = 0;
  LinearOptions options = {};
  static void fields(auto& self, auto&& field) {
    using options::elsewhere;
    field("outputs", self.outputs, "number of outputs", options::at_least(1), options::required,
          elsewhere({"units", "out_features"}));
    field("bias", self.options.bias, "add a bias", elsewhere({"use_bias"}));
    field("init", self.options.init, "initial value of weight",
          elsewhere({"initializer", "kernel_initializer"}));
    field("bias_init", self.options.bias_init, "initial value of bias", elsewhere({"bias_initializer"}));
  }
};

const RegisteredLayer<BilinearText> kBilinear("bilinear", "bilinear form of two inputs, aᵀ·w·b + bias",
                                              [](const BilinearText& text) {
                                                return Bilinear(text.outputs, text.options);
                                              });

const bool told_bilinear =
    facts::add("layer", {{"bilinear",
                          {.formula = "y_k = aᵀ·w_k·b + bias_k",
                           .parameters = "outputs·A·B + outputs, for inputs [N,A] and [N,B]",
                           .output = "[N,outputs]",
                           .use = "where two things are related, such as a question and an answer."}}});

}  // namespace

Bilinear::Bilinear(std::int64_t outputs, const LinearOptions& options)
    : outputs_(outputs), options_(options) {
  options::check("Bilinear", BilinearText{outputs, options});
  weight = parameter("weight");
  if (options.bias) bias = parameter("bias");
}

void Bilinear::create_parameters(const Tensors& inputs) const {
  if (inputs.size() != 2) refuse_inputs(*this, inputs.size());
  for (const Tensor& x : inputs) {
    if (x.rank() >= 2 && x.extent(-1) != unknown) continue;
    throw ShapeError(fmt::format("input {} does not say how many inputs there are; expected [N,…,inputs]",
                                 x.shape().to_string()));
  }
  const std::int64_t first = inputs[0].extent(-1), second = inputs[1].extent(-1);
  const init::Fans fans{static_cast<double>(first), static_cast<double>(outputs_)};
  create(weight, options_.init(Shape{outputs_, first, second}, fans, inputs[0].dtype()));
  if (bias.defined()) create(bias, options_.bias_init(Shape{outputs_}, fans, inputs[0].dtype()));
}

Tensors Bilinear::forward(const Tensors& inputs) const {
  if (inputs.size() != 2) refuse_inputs(*this, inputs.size());
  const Tensor &a = inputs[0], &b = inputs[1];
  const Shape& w = weight.variable().shape();
  if (a.rank() != b.rank() || a.rank() < 2) {
    throw ShapeError(fmt::format("the inputs are {} and {}; expected [N,…,{}] and [N,…,{}]",
                                 a.shape().to_string(), b.shape().to_string(), w[1], w[2]));
  }
  // [N,…,in1] · [in1, out·in2], then with b along in2
  const Tensor rows = reshape(permute(weight, {1, 0, 2}), {w[1], w[0] * w[2]});
  const Tensor forms = unflatten(matmul(a, rows), -1, {w[0], w[2]});
  const Tensor y = sum(forms * unsqueeze(b, -2), -1);
  return {bias.defined() ? y + bias.value() : y};
}

std::optional<LayerText> Bilinear::text() const { return kBilinear.text({outputs_, options_}); }

std::string Bilinear::describe() const { return fmt::format("Bilinear {}", outputs_); }

Work Bilinear::work() const {
  const Shape& w = weight.variable().shape();
  return {.fan_in = w[1] * w[2], .bias = bias.defined(), .multiplies = true};
}

}  // namespace luge::nn
