// Networks that classify texts: what a text gives does not depend on padding or on the texts beside it.
#include <gtest/gtest.h>

#include "luge/models/gallery.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "luge/random.h"

namespace luge::models {
namespace {

class PaddedText : public ::testing::TestWithParam<std::string> {};

TEST_P(PaddedText, GivesForEachTextWhatItGivesAlone) {
  const std::vector<std::int64_t> lengths = {6, 1, 4};
  random::seed(5);
  const nn::Model net = make(GetParam(), 2, {{"vocabulary", std::int64_t{9}}, {"embedding", std::int64_t{8}}});
  net->set_training(false);
  // Ids in float64: then all is computed in it.
  const Tensor ids = floor(9 * (sin(reshape(arange(0, 18, 1, f64), {3, 6})) + 1) / 2.001);
  for (const std::int64_t extent : {6, 13}) {
    const nn::Padded all = net(nn::Padded{concat({ids, full({3, extent - 6}, 7, f64)}, 1), tensor(lengths, {3})});
    ASSERT_EQ(all.values.shape(), (Shape{3, 2}));
    for (std::int64_t n = 0; n < 3; ++n) {
      const Tensor one = slice(slice(ids, 0, n, n + 1), 1, 0, lengths[static_cast<std::size_t>(n)]);
      const auto a = net(one).to_vector<double>(), b = slice(all.values, 0, n, n + 1).to_vector<double>();
      for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(a[i], b[i], 1e-12) << n << " of " << extent;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, PaddedText, ::testing::Values("text-cnn", "text-lstm"),
                         [](const auto& info) { return info.param.substr(5); });

}  // namespace
}  // namespace luge::models
