#include "luge/nn/flatten.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/shape.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

const RegisteredLayer<> kFlatten("flatten", "each sample as one row, [N,…] to [N,elements]",
                                 [] { return Flatten(); });

const bool told_flatten = facts::add("layer", {{"flatten",
                                                {.formula = "y = the elements of each sample in order",
                                                 .parameters = "none",
                                                 .output = "[N,elements]",
                                                 .use = "between convolutions and linear layers."}}});

}  // namespace

std::optional<LayerText> Flatten::text() const { return kFlatten.text(); }

Tensor Flatten::forward(const Tensor& x) const {
  if (x.rank() == 0) throw ShapeError("input [] has no batch axis; expected [N,…]");
  return x.rank() == 1 ? unsqueeze(x, 1) : flatten(x, 1);
}

}  // namespace luge::nn
