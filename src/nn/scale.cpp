#include "luge/nn/scale.h"

#include <fmt/format.h>

#include <cmath>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/init/init.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"

template <>
struct luge::options::Names<luge::nn::Factors> {
  using Factors = luge::nn::Factors;
  static constexpr std::pair<Factors, const char*> all[] = {{Factors::fixed, "fixed"},
                                                            {Factors::one, "one"},
                                                            {Factors::channels, "channels"},
                                                            {Factors::features, "features"}};
};

namespace luge::nn {
namespace {

struct ScaleText {
  double factor = 1;
  ScaleOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("factor", self.factor, "what x is multiplied by, or what trained factors begin as",
          options::required, options::elsewhere({"scale", "init_values"}));
    field(
        "factors", self.options.factors,
        "fixed, or trained: one for all, one for each of the channels, or of the features of the last axis");
  }
};

const RegisteredLayer<ScaleText> kScale("scale", "x times a fixed factor, or trained ones",
                                        [](const ScaleText& o) { return Scale(o.factor, o.options); });

const bool told_scale = facts::add(
    "layer", {{"scale",
               {.formula = "y = factor·x, or weight·x with weight that begins as factor",
                .derivative = "factor, or weight",
                .parameters = "none; with factors=one 1, with channels or features their number",
                .output = "the shape of x",
                .use = "a fixed factor on logits as a temperature; small trained factors at the end of the "
                       "body of a residual, so that a deep network begins as the identity (LayerScale)."}}});

}  // namespace

Scale::Scale(double factor, const ScaleOptions& options) : factor_(factor), options_(options) {
  options::check("Scale", ScaleText{factor, options});
  if (options.factors != Factors::fixed) weight = parameter("weight");
}

int Scale::axis() const { return options_.factors == Factors::channels ? 1 : -1; }

void Scale::create_parameters(const Tensor& x) const {
  if (!weight.defined()) return;
  std::int64_t count = 1;
  if (options_.factors != Factors::one) {
    if (x.rank() < 2 || x.extent(axis()) == unknown) {
      throw ShapeError(fmt::format("input {} has an unknown number of {}; expected {}", x.shape().to_string(),
                                   axis() == 1 ? "channels" : "features", axis() == 1 ? "[N,C,…]" : "[…,C]"));
    }
    count = x.extent(axis());
  }
  create(weight, init::constant(factor_)(Shape{count}, is_floating(x.dtype()) ? x.dtype() : f32));
}

Tensor Scale::forward(const Tensor& x) const {
  if (!weight.defined()) return factor_ * x;
  Tensor factors = weight;
  if (options_.factors == Factors::channels) {
    for (int axis = 2; axis < x.rank(); ++axis) factors = unsqueeze(factors, -1);
  }
  return x * factors;
}

Padded Scale::forward_padded(const Padded& x) const {
  if (options_.factors == Factors::channels || options_.factors == Factors::features)
    check_apart(x, axis(), 1);
  return x.with(forward(x.values));
}

std::string Scale::describe() const { return fmt::format("Scale {}", factor_); }
Work Scale::work() const { return weight.defined() ? Work{.fan_in = 1} : Work{}; }
std::optional<LayerText> Scale::text() const { return kScale.text({factor_, options_}); }

}  // namespace luge::nn
