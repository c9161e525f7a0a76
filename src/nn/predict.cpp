// Module::predict, and the metadata that it follows.
#include <fmt/format.h>

#include "luge/nn/observe.h"
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

}  // namespace

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
  Tensor x = cast(raw.rank() == rank ? unsqueeze(raw, 0) : raw, told.dtype);
  x = (x - along_first_axis(told.offset, rank + 1)) * along_first_axis(told.scale, rank + 1);
  const Tensor y = (*this)(x);
  if (told.output == Output::logits) return softmax(y);
  return told.output == Output::binary_logits ? sigmoid(y) : y;
}

}  // namespace luge::nn
