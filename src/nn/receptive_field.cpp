#include "luge/nn/receptive_field.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/nn/observe.h"

namespace luge::nn {

std::vector<LayerField> receptive_fields(const Module& net, const Tensor& x) {
  if (x.rank() != 4)
    throw ShapeError(
        fmt::format("receptive_fields: x is {}; expected a picture [N,C,H,W]", x.shape().to_string()));
  std::vector<LayerField> found;
  Tensors outputs;
  const Probe probe(net, false);
  observe(net, x, [&](const LayerCall& call) {
    if (call.outputs.size() != 1 || call.outputs[0].rank() != 4) return;
    found.push_back({call.path, call.module.type(), call.outputs[0].shape(), std::nullopt});
    outputs.push_back(call.outputs[0]);
  });
  const auto fields = luge::receptive_fields(x, outputs);
  for (std::size_t k = 0; k < found.size(); ++k) found[k].field = fields[k];
  return found;
}

}  // namespace luge::nn
