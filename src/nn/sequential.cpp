#include "luge/nn/sequential.h"

#include <algorithm>

#include "luge/facts.h"
#include "nn/module_state.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

// Network files write the layers of a block as a list, which is read as a network of its own.
const RegisteredLayer<> kBlock("block", "layers one after the other, or with `from`, as one layer",
                               [](const Parts& parts) { return parts[0].second; }, {"layer"});

const bool told_sequential =
    facts::add("layer", {{"block",
                          {.formula = "y = the last layer of … of the first layer of x",
                           .parameters = "those of its layers",
                           .output = "what its last layer returns",
                           .use = "to name layers together in a network file."}}});

}  // namespace

std::optional<LayerText> Sequential::text() const { return kBlock.text({}, {{"layer", Model(*this)}}); }

Tensor Sequential::forward(const Tensor& x) const {
  Tensor y = x;
  for (const auto& child : state()->children) y = (*child.module)(y);
  return y;
}

Padded Sequential::forward_padded(const Padded& x) const {
  Padded y = x;
  for (const auto& child : state()->children) y = (*child.module)(y);
  return y;
}

std::string Sequential::free_name(const Module& layer) const {
  std::vector<std::string> taken;
  for (const auto& child : state()->children) taken.push_back(child.name);
  return automatic_name(layer.type(), taken);
}

}  // namespace luge::nn
