#include "cli/inference.h"

#include <fmt/format.h>

#include "cli/interrupt.h"
#include "luge/compile.h"
#include "luge/data/batches.h"
#include "luge/data/normalizer.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"

namespace luge::cli {
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

}  // namespace

data::Dataset scaled_for(const nn::Metadata& metadata, const data::Dataset& data) {
  if (data.info().input().shape != metadata.input) {
    throw ShapeError(fmt::format("{}: samples are {}; the network takes {}", data.info().name,
                                 data.info().input().shape.to_string(), metadata.input.to_string()));
  }
  const data::Affine wanted{metadata.offset, metadata.scale};
  return data.affine(data::compose(inverse(data.info().preprocessing.value_or(data::Affine{})), wanted));
}

Answers answer(const nn::Loaded& net, const data::Dataset& data) {
  const nn::Output meaning = net.metadata().output;
  auto forward = compile([&](const Tensor& x) {
    const Tensor y = net(x);
    if (meaning == nn::Output::logits) return softmax(y);
    return meaning == nn::Output::binary_logits ? sigmoid(y) : y;
  });
  Answers answers;
  for (const data::Batch& batch : data.batch(256)) {
    stop_if_asked();
    const auto values = forward(batch.input).to_vector<float>();
    answers.width = static_cast<std::int64_t>(values.size()) / batch.input.extent(0);
    answers.values.insert(answers.values.end(), values.begin(), values.end());
  }
  return answers;
}

}  // namespace luge::cli
