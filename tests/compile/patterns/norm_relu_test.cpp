#include <gtest/gtest.h>

#include "compile/pipeline.h"
#include "luge/autodiff.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/normalization.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/random.h"
#include "support/graph_values.h"
#include "support/run_graph.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

using Activation = Tensor (*)(const Tensor&);

struct Net {
  Tensors leaves, roots;
};

// A residual block and a plain layer after it, with every gradient.
Net block(Activation act) {
  Net net;
  const Tensor x = argument_leaf({f32, {3, 16, 5, 4}}, "x");
  net.leaves = {x};
  const auto channels = [&] { return net.leaves.emplace_back(argument_leaf({f32, {16}}, "c")); };
  const auto norm = [&](const Tensor& t) {
    const Tensor scale = channels(), shift = channels();
    return batch_norm(t, scale, shift);
  };
  const BatchNormed first = norm(x);
  const Tensor a = act(first.y);
  const BatchNormed second = norm(square(a) - a);
  const Tensor b = act(second.y + a);
  const Tensor cost = sum(square(b) * x);
  net.roots = grad(cost, net.leaves);
  net.roots.insert(net.roots.end(), {b, first.mean, second.variance});
  return net;
}

std::vector<Value> values_for(const Tensors& leaves) {
  random::seed(8);
  std::vector<Value> values;
  for (const Tensor& leaf : leaves) {
    values.push_back(value_of(leaf.rank() > 1 ? random::normal(leaf.shape(), 0.3, 1)
                                              : random::uniform(leaf.shape(), 0.5, 1.5)));
  }
  return values;
}

compiler::Options on(const Backend& backend) {
  compiler::Options options;
  options.backend = &backend;
  return options;
}
compiler::Options on_processor() { return on(cpu_backend()); }

compiler::Graph joined(const compiler::Graph& graph, const compiler::Options& options) {
  return compiler::run_pass("norm_relu", compiler::run_pass("norm_relu_backward", graph, options), options);
}

TEST(NormRelu, JoinsAndChangesNoValue) {
  for (const Activation act :
       {Activation(relu), Activation([](const Tensor& x) { return leaky_relu(x, 0.2); })}) {
    const Net net = block(act);
    const std::vector<Value> values = values_for(net.leaves);
    const auto together = run_graph(net.roots, net.leaves, values, {.backend = &cpu_backend()});
    const auto apart =
        run_graph(net.roots, net.leaves, values,
                  {.backend = &cpu_backend(), .disabled = {"norm_relu", "norm_relu_backward"}});
    for (std::size_t k = 0; k < together.size(); ++k)
      EXPECT_LE(distance(numbers(together[k]), numbers(apart[k])), 2e-5) << k;
    const compiler::Graph graph = joined(graph_of(net.leaves, net.roots), on_processor());
    compiler::verify(graph);
    EXPECT_EQ(count_ops(graph, "batch_norm_relu"), 2);
    EXPECT_EQ(count_ops(graph, "batch_norm_relu_backward"), 1);  // the sum's mask needs more than x
    EXPECT_EQ(count_ops(graph, "batch_norm_backward"), 1);
    EXPECT_EQ(count_ops(graph, "batch_norm"), 0);
  }
}

TEST(NormRelu, LeavesAloneWhatNoKernelTakes) {
  const Net net = block(relu);
  const compiler::Graph graph = joined(graph_of(net.leaves, net.roots), on(reference_backend()));
  EXPECT_EQ(count_ops(graph, "batch_norm_relu"), 0);
  EXPECT_EQ(count_ops(graph, "batch_norm"), 2);
}

// An image that somebody else reads before relu, or a sum whose other side comes later.
TEST(NormRelu, LeavesAloneWhatIsReadBefore) {
  const Tensor x = argument_leaf({f32, {3, 16, 5, 4}}, "x"), c = argument_leaf({f32, {16}}, "c");
  const Tensor y = batch_norm(x, c, c).y;
  const compiler::Options options = on_processor();
  EXPECT_EQ(count_ops(joined(graph_of({x, c}, {relu(y), y}), options), "batch_norm"), 1);
  EXPECT_EQ(count_ops(joined(graph_of({x, c}, {relu(y + exp(x))}), options), "batch_norm"), 1);
}

}  // namespace
}  // namespace luge::testing
