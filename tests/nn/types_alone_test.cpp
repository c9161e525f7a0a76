// Layers that are built for their types have the values that they would have had, once somebody asks.
#include <gtest/gtest.h>

#include "luge/compile.h"
#include "luge/luge.h"
#include "luge/nn/observe.h"

namespace luge::nn {
namespace {

Sequential net() { return sequential(Linear(3), Relu(), Linear(2)); }

// How many programs ran while `build` did.
std::uint64_t runs(const std::function<void()>& build) {
  const std::uint64_t before = program_runs();
  build();
  return program_runs() - before;
}

TEST(TypesAlone, ValuesAreComputedWhenTheyAreRead) {
  random::seed(3);
  const Sequential now = net();
  EXPECT_GT(runs([&] { now.build({4}); }), 0u);
  random::seed(3);
  const Sequential later = net();
  EXPECT_EQ(runs([&] {
              const TypesAlone types;
              later.build({4});
            }),
            0u);
  const Variables a = now.parameters(), b = later.parameters();
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_EQ(a[k].shape(), b[k].shape());
    EXPECT_EQ(a[k].value().to_vector<float>(), b[k].value().to_vector<float>());
  }
}

TEST(TypesAlone, HoldsForItsScope) {
  const Sequential inner = net(), after = net();
  EXPECT_EQ(runs([&] {
              const TypesAlone outer;
              { const TypesAlone nested; }
              inner.build({4});
            }),
            0u);
  EXPECT_GT(runs([&] { after.build({4}); }), 0u);
}

// A terabyte of weights.
TEST(TypesAlone, ANetworkThatFitsNowhereHasASummary) {
  const TypesAlone types;
  const Sequential large = sequential(Linear(1'000'000), Linear(500'000));
  EXPECT_EQ(summary(large, {4}).parameters, 5'000'000 + 500'000'500'000);
}

}  // namespace
}  // namespace luge::nn
