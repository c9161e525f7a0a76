#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "compile/pipeline.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/attributes/fused.h"
#include "ops/random_uniform.h"
#include "ops/relu_mask.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

using compiler::Graph;

std::shared_ptr<const Program> compiled(const Graph& graph, bool fused, int threads = 1) {
  compiler::Options options;
  options.threads = threads;
  options.disabled = {"fuse_post_ops"};
  if (!fused) options.disabled.insert("fuse_elementwise");
  return compiler::compile(graph, options);
}

// Numbers in (0.1, 1.1), the same for both programs.
std::vector<BoundLeaf> bound(const Graph& graph) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> uniform(0.1, 1.1);
  std::vector<BoundLeaf> leaves;
  for (const Tensor& leaf : graph.leaves) {
    const Type& type = leaf.node()->outputs[0].type;
    BoundLeaf bound;
    if (leaf.node()->leaf == Leaf::key) {
      bound.words[0] = 42, bound.words[1] = 7;
    } else {
      const auto count = static_cast<std::size_t>(type.shape.elements());
      bound.buffer = std::make_shared<Buffer>(count * size_of(type.dtype));
      for (std::size_t i = 0; i < count; ++i) {
        const double value = uniform(random);
        const auto narrow = static_cast<float>(value);
        if (type.dtype == f64)
          std::memcpy(bound.buffer->data() + i * 8, &value, 8);
        else
          std::memcpy(bound.buffer->data() + i * 4, &narrow, 4);
      }
    }
    leaves.push_back(std::move(bound));
  }
  return leaves;
}

std::vector<double> numbers(const Buffer& buffer, const Type& type) {
  std::vector<double> result;
  for (std::size_t i = 0; i < static_cast<std::size_t>(type.shape.elements()); ++i) {
    double wide = 0;
    float narrow = 0;
    if (type.dtype == f64)
      std::memcpy(&wide, buffer.data() + i * 8, 8);
    else
      std::memcpy(&narrow, buffer.data() + i * 4, 4), wide = narrow;
    result.push_back(wide);
  }
  return result;
}

void expect_same_results(const Graph& graph, double tolerance) {
  std::vector<BoundLeaf> first = bound(graph), second = bound(graph);
  const auto plain = compiled(graph, false), fused = compiled(graph, true);
  const auto expected = plain->run(first), given = fused->run(second);
  for (std::size_t r = 0; r < expected.size(); ++r) {
    const Type& type = graph.roots[r].node()->outputs[static_cast<std::size_t>(graph.roots[r].output())].type;
    const auto want = numbers(*expected[r], type), have = numbers(*given[r], type);
    for (std::size_t i = 0; i < want.size(); ++i) {
      if (std::isnan(want[i]) && std::isnan(have[i])) continue;
      ASSERT_NEAR(have[i], want[i], tolerance * std::max(1.0, std::abs(want[i])))
          << "root " << r << ", element " << i << "\n"
          << compiler::to_text(graph);
    }
  }
}

std::vector<std::string> steps_of(const Graph& graph) {
  std::vector<std::string> names;
  const auto program = compiled(graph, true);
  for (const ProgramStep& step : program->steps) names.push_back(step.name);
  return names;
}
const std::vector<std::string> kOneStep = {"fused"};

TEST(FuseElementwise, AChainIsOneStep) {
  const Tensor x = argument({8, 5}), b = argument({5});
  const Graph graph = graph_of({x, b}, {tanh(relu(x * 2 + b)) - square(x)});
  EXPECT_EQ(steps_of(graph), kOneStep);
  expect_same_results(graph, 1e-6);
}

TEST(FuseElementwise, SoftmaxAndItsLogarithmAreOneStep) {
  const Tensor x = argument({12, 10});
  for (int axis : {0, 1}) {
    for (const Tensor& y : {softmax(x, axis), log_softmax(x, axis), logsumexp(x, axis)}) {
      const Graph graph = graph_of({x}, {y});
      EXPECT_EQ(steps_of(graph), kOneStep) << compiler::to_text(graph);
      expect_same_results(graph, 1e-6);
    }
  }
}

TEST(FuseElementwise, NormalizingIsOneStep) {
  const Tensor x = argument({6, 7, 9}, f64);
  for (const Axes& axes : {Axes{-1}, Axes{1, 2}, Axes{0, 2}, Axes{0}}) {
    const Tensor centered = x - mean(x, axes, keep_dims);
    const Graph graph = graph_of({x}, {centered * rsqrt(mean(square(centered), axes, keep_dims) + 1e-5)});
    EXPECT_EQ(steps_of(graph), kOneStep) << compiler::to_text(graph);
    expect_same_results(graph, 1e-12);
  }
}

TEST(FuseElementwise, AnAdamUpdateIsOneStepAndOverwritesItsStates) {
  const Tensor p = argument({300, 40}), m = argument({300, 40}), v = argument({300, 40}),
               g = argument({300, 40});
  const Tensor rate = argument({}), step = argument({});
  const Tensor new_m = lerp(g, m, 0.9), new_v = lerp(square(g), v, 0.999);
  const Tensor m_hat = new_m / (1 - pow(scalar(0.9), step)), v_hat = new_v / (1 - pow(scalar(0.999), step));
  const Tensor new_p = p - rate * m_hat / (sqrt(v_hat) + 1e-8);
  const Graph graph = graph_of({p, m, v, g, rate, step}, {new_p, new_m, new_v}, {0, 1, 2});
  EXPECT_EQ(steps_of(graph), kOneStep) << compiler::to_text(graph);
  expect_same_results(graph, 1e-5);
}

TEST(FuseElementwise, AMaskedGradientAndItsSumsAreOneStep) {
  const Tensor g = argument({64, 30}), y = argument({64, 30});
  const Tensor masked = relu_mask(g, y);
  const Graph graph = graph_of({g, y}, {cumsum(masked, 0), sum(masked, 0)});
  EXPECT_EQ(steps_of(graph), (std::vector<std::string>{"fused", "cumsum"})) << compiler::to_text(graph);
  expect_same_results(graph, 1e-5);
}

TEST(FuseElementwise, AReductionTakesWhatFollowsIt) {
  const Tensor x = argument({20, 30}), b = argument({30});
  for (const Tensor& y : {sqrt(mean(square(x))), b - sum(x, 0) * 0.1, exp(mean(x, 1))}) {
    const Graph graph = graph_of({x, b}, {y});
    EXPECT_EQ(steps_of(graph), kOneStep) << compiler::to_text(graph);
    expect_same_results(graph, 1e-6);
  }
}

// relu(x) is needed before cumsum runs, its mask after: one group would wait for itself.
TEST(FuseElementwise, NothingWaitsForItself) {
  const Tensor x = argument({9, 5});
  const Tensor y = relu(x - 0.5);
  const Tensor z = cumsum(y, 0);
  const Graph graph = graph_of({x}, {relu_mask(square(z), y) + x});
  EXPECT_EQ(steps_of(graph), (std::vector<std::string>{"fused", "cumsum", "fused"}));
  expect_same_results(graph, 1e-6);
}

TEST(FuseElementwise, ARandomMaskIsDrawnAgainInsteadOfKept) {
  const Tensor x = argument({50, 20}), key = key_leaf(0, 0);
  const Tensor mask = less(random_uniform(key, x), scalar(0.5));
  const Tensor y = where(mask, x * 2, 0);
  const Graph graph = graph_of({x, key}, {where(mask, cumsum(y, 0), 0)});
  const auto program = compiled(graph, true);
  for (const ProgramValue& value : program->values) EXPECT_NE(value.type.dtype, boolean);
  expect_same_results(graph, 1e-6);
}

TEST(FuseElementwise, ThreadsDoNotChangeABit) {
  const Tensor x = argument({700, 300}), b = argument({300});
  const Graph graph = graph_of({x, b}, {softmax(x + b, 1), sum(x * b, 0), mean(tanh(x))});
  std::vector<BoundLeaf> first = bound(graph), second = bound(graph);
  const auto one = compiled(graph, true, 1)->run(first), two = compiled(graph, true, 2)->run(second);
  for (std::size_t r = 0; r < one.size(); ++r) {
    EXPECT_EQ(std::memcmp(one[r]->data(), two[r]->data(), one[r]->bytes()), 0) << r;
  }
}

TEST(FuseElementwise, ALongChainStaysManySteps) {
  const Building building;  // or the chain would evaluate itself
  Tensor x = argument({10});
  const Tensor first = x;
  for (int i = 0; i < 3000; ++i) x = i % 50 == 49 ? cumsum(x, 0) * 1e-2 : sin(x + first);
  const Graph graph = graph_of({first}, {x});
  const auto steps = steps_of(graph);
  EXPECT_LT(steps.size(), 3000u / 10);
}

// Random graphs of elementwise ops, reductions, views and steps that do not fuse, against the ops one by one.
class RandomGraph {
 public:
  explicit RandomGraph(unsigned seed) : random_(seed) {
    for (const Shape& shape : {Shape{4, 6}, Shape{6}, Shape{4, 1}, Shape{}, Shape{3, 4, 6}}) {
      leaves_.push_back(argument(shape, f64));
      values_.push_back(leaves_.back());
    }
    for (int i = 0; i < 30; ++i) values_.push_back(next());
  }
  Graph graph() {
    Tensors roots;
    for (int i = 0; i < 3; ++i) roots.push_back(values_[values_.size() - 1 - pick(10)]);
    return graph_of(leaves_, roots);
  }

 private:
  std::size_t pick(std::size_t count) { return random_() % count; }
  Tensor any() { return values_[values_.size() - 1 - pick(std::min<std::size_t>(values_.size(), 12))]; }
  Tensor next() {
    const Tensor a = any();
    switch (pick(14)) {
      case 0: return tanh(a);
      case 1: return sigmoid(a);
      case 2: return a.rank() ? sum(a, static_cast<int>(pick(static_cast<std::size_t>(a.rank())))) * 0.3 : -a;
      case 3:
        return a.rank() ? max(a, static_cast<int>(pick(static_cast<std::size_t>(a.rank()))), keep_dims)
                        : a * 2;
      case 4: return a.rank() ? mean(a, -1, keep_dims) : a;
      case 5: return mean(a);
      case 6: return a.rank() ? cumsum(a, 0) * 0.2 : a;
      case 7:
        return a.rank() < 3 ? unsqueeze(a, static_cast<int>(pick(static_cast<std::size_t>(a.rank()) + 1)))
                            : a;
      case 8: return squeeze(a);
      default: return binary(a);
    }
  }
  Tensor binary(const Tensor& a) {
    for (int attempt = 0; attempt < 20; ++attempt) {
      const Tensor b = any();
      try {
        switch (pick(5)) {
          case 0: return a + b;
          case 1: return a - b;
          case 2: return tanh(a * b);
          case 3: return where(less(a, b), a, b);
          default: return maximum(a, b);
        }
      } catch (const ShapeError&) {
      }
    }
    return -a;
  }

  std::mt19937 random_;
  Tensors leaves_, values_;
};

TEST(FuseElementwise, RandomGraphsKeepTheirMeaning) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    expect_same_results(RandomGraph(seed).graph(), 1e-11);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace luge::testing
