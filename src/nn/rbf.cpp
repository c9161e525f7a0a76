#include "luge/nn/rbf.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

using options::at_least, options::elsewhere, options::required;

struct RBFOutputText {
  std::int64_t outputs = 1;
  RBFOutputOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("outputs", self.outputs, "number of centers", at_least(1), required, elsewhere({"units"}));
    field("init", self.options.init, "initial value of the centers", elsewhere({"initializer"}));
    field("trainable", self.options.trainable, "learn the centers");
    field("logits", self.options.logits, "give distances times -1, a logit for each class");
  }
};

const RegisteredLayer<RBFOutputText> kRBFOutput("rbf-output", "squared distances to centers, as in LeNet-5",
                                                [](const RBFOutputText& text) {
                                                  return RBFOutput(text.outputs, text.options);
                                                });

std::int64_t rows_of(const Tensor& centers) {
  if (centers.rank() != 2) {
    throw ShapeError(
        fmt::format("RBFOutput: the centers are {}; expected [out,in]", centers.shape().to_string()));
  }
  return centers.extent(0);
}

const bool told_rbf =
    facts::add("layer", {{"rbf-output",
                          {.formula = "y_k = Σ (x - c_k)² for each center c_k",
                           .derivative = "∂y_k/∂x = 2·(x - c_k)",
                           .parameters = "outputs·inputs if centers are trained, else none",
                           .output = "[N,outputs]",
                           .use = "as the last layer of LeNet-5: centers are small pictures of "
                                  "the digits, and the smallest output is the answer."}}});

}  // namespace

RBFOutput::RBFOutput(std::int64_t outputs, const RBFOutputOptions& options)
    : outputs_(outputs), options_(options) {
  options::check("RBFOutput", RBFOutputText{outputs, options});
  weight = options.trainable ? parameter("weight") : buffer("weight");
}

RBFOutput::RBFOutput(const Tensor& centers, bool trainable)
    : outputs_(rows_of(centers)), options_{.trainable = trainable}, centers_(centers) {
  weight = trainable ? parameter("weight") : buffer("weight");
}

void RBFOutput::create_parameters(const Tensor& x) const {
  if (x.rank() < 2 || x.extent(-1) == unknown) {
    throw ShapeError(fmt::format("input {} does not say how many inputs there are; expected [N,…,inputs]",
                                 x.shape().to_string()));
  }
  const DType dtype = is_floating(x.dtype()) ? x.dtype() : f32;
  const Shape shape{outputs_, x.extent(-1)};
  if (centers_.defined()) {
    if (centers_.extent(1) != shape[1]) {
      throw ShapeError(fmt::format("input {} has {} numbers, and the centers {} have {}",
                                   x.shape().to_string(), shape[1], centers_.shape().to_string(),
                                   centers_.extent(1)));
    }
    create(weight, cast(centers_, dtype));
  } else {
    create(weight, options_.init(shape, init::fans_of(shape), dtype));
  }
}

Tensor RBFOutput::forward(const Tensor& x) const {
  const Tensor distances = sum(square(unsqueeze(x, -2) - weight.value()), -1);
  return options_.logits ? -distances : distances;
}

Padded RBFOutput::forward_padded(const Padded& x) const {
  check_apart(x, -1, 1);
  return x.with(forward(x.values));
}

std::string RBFOutput::describe() const { return fmt::format("RBFOutput {}", outputs_); }

Work RBFOutput::work() const { return {.fan_in = weight.variable().shape()[1], .multiplies = true}; }

std::optional<LayerText> RBFOutput::text() const {
  if (centers_.defined()) return std::nullopt;
  return kRBFOutput.text({outputs_, options_});
}

}  // namespace luge::nn
