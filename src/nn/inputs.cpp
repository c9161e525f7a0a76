// The inputs of a network by their names.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "luge/error.h"
#include "nn/module_state.h"

namespace luge::nn {

std::vector<TensorSpec> specs_of(const std::vector<std::string>& names, std::span<const Tensor> inputs) {
  std::vector<TensorSpec> specs;
  const bool usual = names.size() == 1 && names[0] == "input";
  if (usual || names.size() != inputs.size()) return specs;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const Shape& shape = inputs[k].shape();
    specs.push_back({names[k], inputs[k].dtype(), shape.rank() > 0 ? shape.with(0, unknown) : shape});
  }
  return specs;
}

Tensors select_inputs(const Module& net, const NamedTensors& given) {
  Tensors inputs;
  const std::vector<std::string> names = net.input_names();
  for (const std::string& name : names) {
    const Tensor* found = given.find(name);
    if (!found) {
      throw ValueError(fmt::format("{}: the input '{}' is missing; given are: {}; the inputs are: {}",
                                   net.type(), name, fmt::join(given.names(), ", "), fmt::join(names, ", ")));
    }
    inputs.push_back(*found);
  }
  return inputs;
}

std::vector<TensorSpec> Module::input_specs() const {
  const std::vector<std::string> names = input_names();
  const Metadata& told = metadata();
  if (told.inputs.empty() && names.size() == 1)
    return {{names[0], told.dtype, told.input.inserted(0, unknown)}};
  std::vector<TensorSpec> found;
  for (const std::string& name : names) {
    const auto spec = std::ranges::find(told.inputs, name, &TensorSpec::name);
    if (spec == told.inputs.end()) {
      throw StateError(fmt::format(
          "{}: the metadata do not describe the input '{}'; call the model once or build it", type(), name));
    }
    found.push_back(*spec);
  }
  return found;
}

}  // namespace luge::nn
