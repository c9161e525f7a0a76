#include <gtest/gtest.h>

#include "compile/pipeline.h"
#include "luge/autodiff.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "support/fake_backend.h"
#include "support/graph_values.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

using compiler::Graph;

struct ConvMaxPool : ::testing::Test {
  FakeBackend backend;
  compiler::Options options{.backend = &backend, .disabled = {}};
  const Tensor x = argument_leaf({f32, {2, 3, 8, 8}}, "x"), w = argument_leaf({f32, {4, 3, 3, 3}}, "w"),
               b = argument_leaf({f32, {4}}, "b");

  void offer_kernels() {
    for (const char* op : {"conv_pool", "conv_pool_backward_weights"})
      backend.add(op, "pair", [](const KernelRequest&) { return fake_offer(); });
  }
  Graph joined(const Graph& before) {
    Graph after = compiler::run_pass("conv_max_pool", before, options);
    after = compiler::run_pass("conv_max_pool_backward", after, options);
    compiler::verify(after);
    return after;
  }
};

TEST_F(ConvMaxPool, BecomesOneStepWithAndWithoutRelu) {
  offer_kernels();
  const Tensor image = conv2d(x, w, b), plain = conv2d(x, w);
  const Graph before =
      graph_of({x, w, b}, {max_pool2d(relu(image), {.kernel = 2}), max_pool2d(plain, {.kernel = 2})});
  const Graph after = joined(before);
  EXPECT_EQ(count_ops(after, "conv_pool"), 2);
  EXPECT_EQ(count_ops(after, "conv") + count_ops(after, "relu") + count_ops(after, "max_pool"), 0);
  expect_same_values(before, after);
}

TEST_F(ConvMaxPool, TakesTheGradientOfTheWeightsAlong) {
  offer_kernels();
  const Tensor cost = sum(square(max_pool2d(conv2d(x, w, b), {.kernel = 2})));
  const Graph before = graph_of({x, w, b}, grad(cost, {w, b}));
  const Graph after = joined(before);
  EXPECT_EQ(count_ops(before, "max_pool_backward"), 1);
  EXPECT_EQ(count_ops(after, "conv_pool_backward_weights"), 1);
  EXPECT_EQ(count_ops(after, "max_pool_backward") + count_ops(after, "conv_backward_weights"), 0);
  expect_same_values(before, after);
}

TEST_F(ConvMaxPool, LeavesAloneWhatSomebodyElseReads) {
  offer_kernels();
  const Tensor image = conv2d(x, w), positive = relu(conv2d(x, w));
  EXPECT_EQ(count_ops(joined(graph_of({x, w}, {max_pool2d(image, {.kernel = 2}), image})), "conv_pool"), 0);
  EXPECT_EQ(count_ops(joined(graph_of({x, w}, {max_pool2d(positive, {.kernel = 2}), positive})), "conv_pool"),
            0);
  EXPECT_EQ(count_ops(joined(graph_of({x, w}, {avg_pool2d(image, {.kernel = 2})})), "conv_pool"), 0);
}

TEST_F(ConvMaxPool, LeavesAloneWhatNoKernelTakes) {
  const Graph before = graph_of({x, w}, {max_pool2d(conv2d(x, w), {.kernel = 2})});
  EXPECT_EQ(count_ops(joined(before), "conv"), 1) << "no kernel for the pair at all";
  backend.add("conv_pool", "picky", [](const KernelRequest&) { return refuse("never"); });
  EXPECT_EQ(count_ops(joined(before), "conv"), 1);
}

}  // namespace
}  // namespace luge::testing
