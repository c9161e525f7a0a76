// Language models over texts of different lengths: what a text gives does not depend on the texts beside it.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/models/gallery.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/random.h"

namespace luge::models {
namespace {

class PaddedLanguageModel : public ::testing::TestWithParam<std::string> {};

TEST_P(PaddedLanguageModel, GivesForEachTextWhatItGivesAlone) {
  constexpr std::int64_t vocabulary = 9;
  const std::vector<std::int64_t> lengths = {6, 1, 4};
  random::seed(5);
  const nn::Model net = make(GetParam(), vocabulary);
  net->set_training(false);
  // Ids in float64: then all is computed in it.
  const Tensor ids = floor(9 * (sin(reshape(arange(0, 18, 1, f64), {3, 6})) + 1) / 2.001);
  const auto padded = [&](std::int64_t extent) {
    return nn::Padded{concat({ids, full({3, extent - 6}, 7, f64)}, 1), tensor(lengths, {3})};
  };
  const auto cost_of = [&](const nn::Padded& logits) { return sum(square(logits.filled())); };
  const nn::Padded near = net(padded(6)), far = net(padded(13));
  Tensor alone = zeros({}, f64);
  for (std::int64_t n = 0; n < 3; ++n) {
    const std::int64_t length = lengths[static_cast<std::size_t>(n)];
    const Tensor one = net(slice(slice(ids, 0, n, n + 1), 1, 0, length));
    alone = alone + sum(square(one));
    for (const nn::Padded* all : {&near, &far}) {
      const auto a = one.to_vector<double>();
      const auto b = slice(slice(all->values, 0, n, n + 1), 1, 0, length).to_vector<double>();
      ASSERT_EQ(a.size(), b.size());
      for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-12) << n;
    }
  }
  const Tensors right = grad(alone, net->parameters()),
                wide = grad(cost_of(net(padded(13))), net->parameters());
  for (std::size_t k = 0; k < right.size(); ++k) {
    const auto a = right[k].to_vector<double>(), b = wide[k].to_vector<double>();
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-11 * (1 + std::abs(a[i]))) << k;
  }
}

INSTANTIATE_TEST_SUITE_P(Every, PaddedLanguageModel, ::testing::Values("char-rnn", "lstm-lm", "gru-lm", "gpt-4x128"),
                         [](const auto& info) { return info.param.substr(0, 3); });

}  // namespace
}  // namespace luge::models
