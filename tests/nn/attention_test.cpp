#include "luge/nn/transformer.h"

#include <gtest/gtest.h>

#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/shape.h"
#include "luge/options.h"
#include "luge/random.h"
#include "support/errors.h"

namespace luge::nn {
namespace {

using testing::expect_error;

// What stands behind a position changes nothing there when the block is causal, and something when it is not.
TEST(TransformerBlockLayer, CausalLooksBackOnly) {
  random::seed(4);
  const Tensor x = random::uniform({2, 5, 8}, -1, 1);
  const Tensor changed = concat({slice(x, {.axis = 1, .stop = 3}), slice(x, {.axis = 1, .start = 3}) + 1}, 1);
  for (const bool causal : {true, false}) {
    const TransformerBlock block(8, 2, {.causal = causal});
    const auto before = slice(block(x), {.axis = 1, .stop = 3}).to_vector<float>();
    const auto after = slice(block(changed), {.axis = 1, .stop = 3}).to_vector<float>();
    EXPECT_EQ(before == after, causal);
  }
}

TEST(BadInput, C01_WidthsThatHeadsDoNotDivide) {
  expect_error<options::OptionError>([] { MultiHeadAttention(10, 3); },
                                     {"MultiHeadAttention", "10", "3 heads"});
  expect_error<options::OptionError>([] { MultiHeadAttention(10, 0); }, {"MultiHeadAttention", "heads is 0"});
  expect_error<options::OptionError>([] { TransformerBlock(6, 4); }, {"TransformerBlock", "6", "4 heads"});
  expect_error<options::OptionError>([] { TransformerBlock(6, 2, {.expansion = 0}); }, {"expansion", "0"});
  expect_error<ShapeError>([] { MultiHeadAttention(4, 2)(zeros({2, 3, 5})); }, {"MultiHeadAttention"});
}

}  // namespace
}  // namespace luge::nn
