#include "experiment/inference.h"

#include <fmt/format.h>

#include <algorithm>

#include "luge/compile.h"
#include "luge/data/batches.h"
#include "luge/data/normalizer.h"
#include "luge/nn/probabilities.h"

namespace luge::experiment {
void check_shape(const nn::Metadata& metadata, const data::Dataset& data) {
  if (data.info().input().shape != metadata.input) {
    throw ShapeError(fmt::format("{}: samples are {}; the network takes {}", data.info().name,
                                 data.info().input().shape.to_string(), metadata.input.to_string()));
  }
}

data::Dataset scaled_for(const nn::Metadata& metadata, const data::Dataset& data) {
  const data::Affine wanted{metadata.offset, metadata.scale};
  return data.affine(
      data::compose(data::inverse_of(data.info().preprocessing.value_or(data::Affine{})), wanted));
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

Answers answer_while(const nn::Module& net, const data::Dataset& data, const std::function<bool()>& go_on) {
  auto forward = compile([&](const Tensor& x) { return nn::probabilities(net(x), net.metadata().output); });
  Answers answers;
  for (const data::Batch& batch : data.batch(256)) {
    if (!answers.values.empty() && !go_on()) break;
    const auto values = forward(batch.input).to_vector<float>();
    answers.width = static_cast<std::int64_t>(values.size()) / batch.input.extent(0);
    answers.values.insert(answers.values.end(), values.begin(), values.end());
  }
  return answers;
}

Answers answer(const nn::Module& net, const data::Dataset& data, const Poll& poll) {
  poll();
  return answer_while(net, data, [&] {
    poll();
    return true;
  });
}

}  // namespace luge::experiment
