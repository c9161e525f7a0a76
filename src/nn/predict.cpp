// Module::predict, and the metadata that it follows.
#include <fmt/format.h>

#include "luge/nn/observe.h"
#include "luge/nn/probabilities.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/shape.h"
#include "nn/module_state.h"

namespace luge::nn {
namespace {

// One number, or one for each index of the first axis of a sample, against [N,…].
Tensor along_first_axis(const std::vector<float>& numbers, int rank) {
  if (numbers.size() == 1) return scalar(numbers[0]);
  Shape shape = {static_cast<std::int64_t>(numbers.size())};
  for (int axis = 2; axis < rank; ++axis) shape = shape.appended(1);
  return tensor(numbers, shape);
}

// Whole numbers, such as tokens, have no scale.
Tensor scaled(const Tensor& x, const Metadata& told) {
  if (!is_floating(x.dtype())) return x;
  const auto numbers = [&](const std::vector<float>& list) {
    return cast(along_first_axis(list, x.rank()), x.dtype());
  };
  return (x - numbers(told.offset)) * numbers(told.scale);
}

}  // namespace

Tensor probabilities(const Tensor& outputs, OutputKind kind) {
  switch (kind) {
    case OutputKind::logits: return softmax(outputs);
    case OutputKind::binary_logits: return sigmoid(outputs);
    case OutputKind::values:
    case OutputKind::probabilities:
    case OutputKind::binary_probabilities: return outputs;
  }
  return outputs;
}

const Metadata& Module::metadata() const { return state_->metadata; }
void Module::set_metadata(Metadata metadata) const { state_->metadata = std::move(metadata); }

Tensor Module::predict(const Tensor& raw) const {
  const Metadata& told = metadata();
  const int rank = told.input.rank();
  if (raw.rank() != rank && raw.rank() != rank + 1) {
    throw ShapeError(fmt::format("predict: input {}; expected a sample {} or [N,...] of them",
                                 raw.shape().to_string(), told.input.to_string()));
  }
  const Probe probe(*this, false);
  const Tensor x = cast(raw.rank() == rank ? unsqueeze(raw, 0) : raw, told.dtype);
  return probabilities((*this)(scaled(x, told)), told.output);
}

NamedTensors Module::predict(const NamedTensors& raw) const {
  const std::vector<TensorSpec> specs = input_specs();
  Tensors inputs = select_inputs(*this, raw);
  std::size_t samples = 0;  // inputs that are one sample
  for (std::size_t k = 0; k < specs.size(); ++k) {
    const int rank = specs[k].shape.rank();
    if (inputs[k].rank() != rank && inputs[k].rank() != rank - 1) {
      throw ShapeError(fmt::format("predict: input '{}' is {}; expected {}, or one sample of it",
                                   specs[k].name, inputs[k].shape().to_string(), specs[k].shape.to_string()));
    }
    if (inputs[k].rank() == rank) continue;
    ++samples;
    inputs[k] = unsqueeze(inputs[k], 0);
  }
  if (samples != 0 && samples != specs.size()) {
    throw ShapeError(
        fmt::format("predict: {} of the {} inputs are one sample and the others have a batch axis", samples,
                    specs.size()));
  }
  const Probe probe(*this, false);
  for (std::size_t k = 0; k < specs.size(); ++k) inputs[k] = cast(inputs[k], specs[k].dtype);
  if (!inputs.empty()) inputs[0] = scaled(inputs[0], metadata());
  Tensors outputs = (*this)(inputs);
  if (!outputs.empty()) outputs[0] = probabilities(outputs[0], metadata().output);
  return {output_names(), outputs};
}

}  // namespace luge::nn
