#include "luge/nn/residual.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/math.h"
#include "nn/module_state.h"
#include "nn/registered_layer.h"

namespace luge::nn {

namespace {

Residual from_parts(const Parts& parts) {
  return parts.size() > 1 ? Residual(parts[0].second, parts[1].second) : Residual(parts[0].second);
}

const RegisteredLayer<> kResidual("residual", "body(x) + x, or body(x) + shortcut(x)", from_parts,
                                  {"body", "shortcut"});

Tensor sum_of(const Tensor& y, const Tensor& passed, bool has_shortcut) {
  if (y.shape() != passed.shape()) {
    throw ShapeError(fmt::format("the body gives {}, the {} {}; expected equal shapes", y.shape().to_string(),
                                 has_shortcut ? "shortcut" : "input", passed.shape().to_string()));
  }
  return y + passed;
}

const bool told_residual =
    facts::add("layer", {{"residual",
                          {.formula = "y = body(x) + x, or body(x) + shortcut(x)",
                           .derivative = "that of body, plus 1 (or that of shortcut)",
                           .parameters = "those of body and shortcut",
                           .output = "the shape that body returns",
                           .use = "in deep networks: gradients reach early layers unchanged along x."}}});

}  // namespace

std::optional<LayerText> Residual::text() const { return kResidual.text({}, child_models()); }

Tensor Residual::forward(const Tensor& x) const {
  const auto& parts = state()->children;
  // The shortcut first: its result is ready when the body's last step runs, which may compute the sum too.
  const Tensor passed = parts.size() > 1 ? (*parts[1].module)(x) : x;
  return sum_of((*parts[0].module)(x), passed, parts.size() > 1);
}

Padded Residual::forward_padded(const Padded& x) const {
  const auto& parts = state()->children;
  const Padded passed = parts.size() > 1 ? (*parts[1].module)(x) : x;
  const Padded y = (*parts[0].module)(x);
  if (y.length.defined() != passed.length.defined() || y.axis != passed.axis)
    throw ShapeError("the body and what is added to it do not have the same padded axis");
  return y.with(sum_of(y.values, passed.values, parts.size() > 1));
}

}  // namespace luge::nn
