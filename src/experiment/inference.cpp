#include "experiment/inference.h"

#include <fmt/format.h>

#include <algorithm>

#include "luge/compile.h"
#include "luge/data/batches.h"
#include "luge/data/normalizer.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"

namespace luge::experiment {
namespace {

data::Affine inverse(const data::Affine& affine) {
  data::Affine back{{}, {}};
  const std::size_t length = std::max(affine.offset.size(), affine.scale.size());
  for (std::size_t i = 0; i < length; ++i) {
    const float offset = affine.offset[affine.offset.size() == 1 ? 0 : i],
                scale = affine.scale[affine.scale.size() == 1 ? 0 : i];
    back.offset.push_back(-offset * scale);
    back.scale.push_back(1 / scale);
  }
  return back;
}

Tensor as_probabilities(const Tensor& outputs, OutputKind kind) {
  switch (kind) {
    case OutputKind::logits: return softmax(outputs);
    case OutputKind::binary_logits: return sigmoid(outputs);
    case OutputKind::values:
    case OutputKind::probabilities:
    case OutputKind::binary_probabilities: return outputs;
  }
  return outputs;
}

}  // namespace

void check_shape(const nn::Metadata& metadata, const data::Dataset& data) {
  if (data.info().input().shape != metadata.input) {
    throw ShapeError(fmt::format("{}: samples are {}; the network takes {}", data.info().name,
                                 data.info().input().shape.to_string(), metadata.input.to_string()));
  }
}

data::Dataset scaled_for(const nn::Metadata& metadata, const data::Dataset& data) {
  const data::Affine wanted{metadata.offset, metadata.scale};
  return data.affine(data::compose(inverse(data.info().preprocessing.value_or(data::Affine{})), wanted));
}

void take_back_units(Answers& answers, const data::Recipe& recipe, const data::Field& target) {
  if (recipe.empty() || target.shape.elements() != answers.width) return;
  data::HostArray own(data::Field{f32, target.shape});
  const auto width = static_cast<std::size_t>(answers.width);
  for (std::size_t at = 0; at + width <= answers.values.size(); at += width) {
    const auto row = answers.values.begin() + static_cast<std::ptrdiff_t>(at);
    std::copy_n(row, width, own.as<float>().begin());
    const data::HostArray raw = recipe.undo(data::kTarget, own);
    std::copy_n(raw.as<float>().begin(), width, row);
  }
}

Answers answer(const nn::Loaded& net, const data::Dataset& data, const Poll& poll) {
  auto forward = compile([&](const Tensor& x) { return as_probabilities(net(x), net.metadata().output); });
  Answers answers;
  for (const data::Batch& batch : data.batch(256)) {
    poll();
    const auto values = forward(batch.input).to_vector<float>();
    answers.width = static_cast<std::int64_t>(values.size()) / batch.input.extent(0);
    answers.values.insert(answers.values.end(), values.begin(), values.end());
  }
  return answers;
}

}  // namespace luge::experiment
