// The language models trained for a few steps beside PyTorch's, from the same weights on the same text; what
// PyTorch got, tests/golden/make_language_models.py wrote down.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/io/safetensors.h"
#include "luge/loss/loss.h"
#include "luge/models/gallery.h"
#include "luge/ops/math.h"
#include "luge/optim/optimizers.h"
#include "support/paths.h"

namespace luge::models {
namespace {

constexpr std::int64_t vocabulary = 65, batch = 3, length = 20;

/// Numbers in [-0.5, 0.5) from SplitMix64, seeded by FNV-1a of the name.
std::vector<double> values(std::string_view name, std::int64_t count) {
  std::uint64_t state = 0xcbf29ce484222325ull;
  for (char c : name) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  std::vector<double> result;
  for (std::int64_t k = 0; k < count; ++k) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    z ^= z >> 31;
    result.push_back(static_cast<double>(z >> 11) * 0x1p-53 - 0.5);
  }
  return result;
}

void take_start(const nn::Model& model) {
  for (const nn::NamedVariable& each : model->named_parameters()) {
    const Shape shape = each.variable.shape();
    Tensor start = tensor(values(each.name, shape.elements()), shape) * 0.125;
    if (each.name.find("norm") != std::string::npos && each.name.ends_with("weight")) start = start + 1;
    Variable(each.variable).assign(cast(start, f32));
  }
}

/// Columns first … first + length - 1 of the text.
Tensor text_from(std::int64_t first) {
  const std::vector<double> text = values("text", batch * (length + 1));
  std::vector<std::int64_t> ids;
  for (std::int64_t n = 0; n < batch; ++n) {
    for (std::int64_t t = 0; t < length; ++t) {
      const double value = text[static_cast<std::size_t>(n * (length + 1) + first + t)];
      ids.push_back(static_cast<std::int64_t>(std::floor((value + 0.5) * vocabulary)));
    }
  }
  return tensor(ids, {batch, length});
}

class LanguageModel : public ::testing::TestWithParam<std::string> {
 protected:
  Tensor golden(const std::string& entry) const {
    const io::SafetensorsFile file(
        (testing::source_dir() / "tests/golden/language_models.safetensors").string());
    for (const io::StoredTensor& stored : file.tensors()) {
      if (stored.name == GetParam() + "." + entry)
        return tensor_from_bytes(file.read(stored.name), stored.dtype, stored.shape);
    }
    return {};
  }
};

TEST_P(LanguageModel, HasPyTorchsParameters) {
  const nn::Model model = make(GetParam());
  model->build(find(GetParam()).input, i64);
  std::int64_t count = 0;
  for (const Variable& parameter : model->parameters()) count += parameter.shape().elements();
  EXPECT_EQ(count, golden("parameters").item<std::int64_t>());
}

class TrainedLanguageModel : public LanguageModel {};

TEST_P(TrainedLanguageModel, LossesFallAsPyTorchs) {
  const nn::Model model = make(GetParam());
  model->build({length}, i64);
  take_start(model);
  const optim::Adam adam(1e-3);
  const loss::SoftmaxCrossEntropy loss_of;
  const Variables parameters = model->parameters();
  const auto step = compile([&](const Tensor& x, const Tensor& y) {
    const Tensor loss = loss_of(model(x), y);
    adam.step(parameters, grad(loss, parameters));
    return loss;
  });
  const Tensor x = text_from(0), y = text_from(1);
  const auto wanted = golden("losses").to_vector<double>();
  for (const double loss : wanted) EXPECT_NEAR(step(x, y).item<float>(), loss, 1e-4);
  EXPECT_LT(wanted.back(), wanted.front() - 0.05);
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Every, LanguageModel, ::testing::Values("char-rnn", "lstm-lm", "gru-lm", "gpt-4x128", "gpt-6x384"),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Every, TrainedLanguageModel, ::testing::Values("char-rnn", "lstm-lm", "gru-lm", "gpt-4x128"), test_name);

}  // namespace
}  // namespace luge::models
