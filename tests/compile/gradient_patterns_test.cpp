// The patterns that the compiler makes one step of, asked for every part of their gradients: plain, computed
// again after a checkpoint, and under a memory limit that lets values be computed again. The processor's
// backend has a kernel or parts for each, and the numbers are those of the reference loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "compile/pipeline.h"
#include "compile/rematerialize.h"
#include "graph/node.h"
#include "luge/autodiff.h"
#include "luge/error.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/normalization.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "support/run_graph.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

/// A function of tensors of these shapes.
struct Pattern {
  std::string name;
  std::vector<Shape> shapes;
  std::function<Tensors(const Tensors&)> build;
};

Tensor normalized(const Tensors& in, std::size_t x) { return batch_norm(in[x], in[x + 1], in[x + 2]).y; }
Tensor convolved(const Tensor& x, const Tensor& w, const Tensor& b = {}) {
  return conv2d(x, w, b, {.padding = PaddingMode::same});
}
const Shape image = {2, 16, 6, 6}, channels = {16}, filters = {16, 16, 3, 3}, first = {16, 3, 3, 3};

std::vector<Pattern> patterns() {
  return {
      {"norm relu",
       {image, channels, channels},
       [](const Tensors& in) { return Tensors{relu(normalized(in, 0))}; }},
      {"norm leaky",
       {image, channels, channels},
       [](const Tensors& in) { return Tensors{leaky_relu(normalized(in, 0), 0.2)}; }},
      {"norm sum relu",
       {image, channels, channels, image},
       [](const Tensors& in) { return Tensors{relu(in[3] + normalized(in, 0))}; }},
      {"norm sum of one relu",
       {image, channels, channels},
       [](const Tensors& in) {
         const Tensor x = square(in[0]);
         return Tensors{relu(batch_norm(x, in[1], in[2]).y + x)};
       }},
      {"two norms relu",
       {image, channels, channels, channels, channels},
       [](const Tensors& in) {
         const Tensor a = relu(normalized(in, 0));
         return Tensors{relu(batch_norm(a, in[3], in[4]).y + in[0])};
       }},
      {"norm relu with statistics",
       {image, channels, channels},
       [](const Tensors& in) {
         const BatchNormed n = batch_norm(in[0], in[1], in[2]);
         return Tensors{relu(n.y), n.mean, n.variance};
       }},
      {"statistics alone",
       {image, channels, channels},
       [](const Tensors& in) {
         const BatchNormed n = batch_norm(in[0], in[1], in[2]);
         return Tensors{n.mean * in[1] + n.variance * in[2]};
       }},
      {"conv norm relu",
       {{2, 3, 6, 6}, first, channels, channels, channels},
       [](const Tensors& in) {
         return Tensors{relu(batch_norm(convolved(in[0], in[1], in[2]), in[3], in[4]).y)};
       }},
      {"norm relu conv norm relu",
       {image, channels, channels, filters, channels, channels},
       [](const Tensors& in) {
         const Tensor a = convolved(relu(normalized(in, 0)), in[3]);
         return Tensors{relu(batch_norm(a, in[4], in[5]).y)};
       }},
      {"conv norm inference relu",
       {image, filters, channels, channels, channels, channels, channels},
       [](const Tensors& in) {
         const Tensor a = convolved(in[0], in[1], in[2]);
         return Tensors{relu(batch_norm_inference(a, in[3], in[4], in[5], in[6]))};
       }},
      {"conv relu pool",
       {{2, 3, 8, 8}, first, channels},
       [](const Tensors& in) { return Tensors{max_pool2d(relu(convolved(in[0], in[1], in[2])), {2})}; }},
      {"conv pool",
       {{2, 1, 8, 8}, {6, 1, 5, 5}, {6}},
       [](const Tensors& in) { return Tensors{max_pool2d(convolved(in[0], in[1], in[2]), {2})}; }},
      {"conv pool relu",
       {image, filters, channels},
       [](const Tensors& in) { return Tensors{relu(max_pool2d(convolved(in[0], in[1], in[2]), {2}))}; }},
      {"conv leaky",
       {image, filters, channels},
       [](const Tensors& in) { return Tensors{leaky_relu(convolved(in[0], in[1], in[2]), 0.1)}; }},
      {"conv sum relu",
       {image, filters, channels, image},
       [](const Tensors& in) { return Tensors{relu(convolved(in[0], in[1], in[2]) + in[3])}; }},
      {"relu pool relu",
       {image},
       [](const Tensors& in) { return Tensors{relu(avg_pool2d(relu(in[0] - 1.0), {2}) - 0.2)}; }},
      {"linear gelu linear",
       {{5, 7}, {9, 7}, {9}, {4, 9}, {4}},
       [](const Tensors& in) {
         return Tensors{linear(gelu(linear(in[0], in[1], in[2]) * 0.2), in[3], in[4])};
       }},
      {"layer norm gelu",
       {{5, 33}, {33}, {33}, {8, 33}},
       [](const Tensors& in) {
         return Tensors{linear(gelu(layer_norm(in[0], in[1], in[2])), in[3], {}),
                        layer_norm(in[0], in[1], in[2])};
       }},
      {"softmax cross entropy",
       {{6, 9}, {5, 9}, {5}},
       [](const Tensors& in) {
         const Tensor labels = tensor(std::vector<std::int64_t>{0, 1, 2, 3, 4, 0}, {6});
         return Tensors{softmax_cross_entropy(linear(in[0], in[1], in[2]), labels)};
       }},
      {"attention",
       {{2, 2, 5, 4}, {2, 2, 6, 4}, {2, 2, 6, 3}},
       [](const Tensors& in) { return Tensors{relu(attention(in[0], in[1], in[2]) - 0.5)}; }},
      {"attention causal",
       {{2, 2, 5, 4}, {2, 2, 5, 4}, {2, 2, 5, 3}},
       [](const Tensors& in) {
         return Tensors{relu(attention(in[0], in[1], in[2], {.causal = true}) - 0.5)};
       }},
      {"attention masked",
       {{2, 2, 3, 4}, {2, 2, 4, 4}, {2, 2, 4, 3}},
       [](const Tensors& in) {
         const Tensor mask = tensor<bool>(
             {true, false, false, true, true, true, false, false, true, true, true, false}, {3, 4});
         return Tensors{attention(in[0], in[1], in[2], {.causal = true}, mask)};
       }},
      {"self attention",
       {{2, 5, 8}, {24, 8}, {24}, {8, 8}},
       [](const Tensors& in) {
         return Tensors{linear(self_attention(linear(in[0], in[1], in[2]), 2, {.causal = true}), in[3], {}) +
                        in[0]};
       }},
      {"two readers of attention",
       {{2, 5, 12}},
       [](const Tensors& in) {
         const Tensor y = self_attention(in[0], 2, {});
         return Tensors{relu(y - 0.5), y};
       }},
      {"lstm outputs",
       {{2, 3, 5}, {16, 5}, {16, 4}, {16}, {3, 4}, {3, 4}},
       [](const Tensors& in) {
         const LstmOutput out = lstm(in[0], in[1], in[2], in[3], {}, in[4], in[5]);
         return Tensors{out.y, out.h};
       }},
      {"lstm cell alone",
       {{2, 3, 5}, {16, 5}, {16, 4}},
       [](const Tensors& in) { return Tensors{lstm(in[0], in[1], in[2]).c}; }},
      {"gru outputs",
       {{2, 3, 5}, {12, 5}, {12, 4}, {12}, {12}, {3, 4}},
       [](const Tensors& in) {
         const GruOutput out = gru(in[0], in[1], in[2], in[3], in[4], {}, in[5]);
         return Tensors{relu(out.y), out.h};
       }},
      {"depthwise norm relu6",
       {image, {16, 1, 3, 3}, channels, channels},
       [](const Tensors& in) {
         const Tensor a = conv2d(in[0], in[1], {}, {.padding = PaddingMode::same, .groups = 16});
         return Tensors{relu6(batch_norm(a, in[2], in[3]).y)};
       }},
      {"gelu and its operand",
       {{5, 7}, {9, 7}, {9}},
       [](const Tensors& in) {
         const Tensor a = linear(in[0], in[1], in[2]) * 0.2;
         return Tensors{gelu(a), gelu(a, GeluForm::tanh), a};
       }},
      {"layer norm of one row alone",
       {{5, 33}, {33}},
       [](const Tensors& in) {
         return Tensors{layer_norm(in[0], in[1]), relu(in[0] - 0.5)};
       }},
      {"norm as a row",
       {{12, 16}, channels, channels, {4, 16}},
       [](const Tensors& in) { return Tensors{linear(relu(normalized(in, 0)), in[3], {})}; }},
      {"norm residual of norms",
       {image, channels, channels, image, channels, channels},
       [](const Tensors& in) { return Tensors{relu(normalized(in, 0) + normalized(in, 3))}; }},
      {"lstm",
       {{2, 3, 5}, {16, 5}, {16, 4}, {16}, {3, 4}},
       [](const Tensors& in) {
         const LstmOutput out = lstm(in[0], in[1], in[2], in[3]);
         return Tensors{relu(linear(out.h, in[4], {})), out.c};
       }},
      {"gru",
       {{2, 3, 5}, {12, 5}, {12, 4}, {12}, {12}, {3, 4}},
       [](const Tensors& in) {
         const GruOutput out = gru(in[0], in[1], in[2], in[3], in[4]);
         return Tensors{relu(linear(out.h, in[5], {}))};
       }},
  };
}

std::vector<Value> values_for(const Tensors& leaves) {
  random::seed(4);
  std::vector<Value> values;
  for (const Tensor& leaf : leaves) {
    const double most =
        leaf.rank() == 4 && leaf.shape()[2] == leaf.shape()[3] && leaf.shape()[3] <= 5 ? 0.3 : 1.2;
    values.push_back(value_of(random::uniform(leaf.shape(), 0.1, most)));
  }
  return values;
}

// All together, each alone, and all pairs.
std::vector<std::vector<std::size_t>> subsets(std::size_t inputs) {
  std::vector<std::vector<std::size_t>> found(1);
  for (std::size_t a = 0; a < inputs; ++a) {
    found[0].push_back(a);
    found.push_back({a});
    for (std::size_t b = a + 1; b < inputs; ++b) found.push_back({a, b});
  }
  return found;
}

enum class Again { never, checkpointed };
enum class Cost { curved, plain };  // plain: one gradient, repeated for all elements

Tensor cost_of(const Pattern& pattern, const Tensors& leaves, Again again, Cost kind = Cost::curved) {
  const Tensors results =
      again == Again::checkpointed ? checkpoint(pattern.build, leaves) : pattern.build(leaves);
  Tensor cost = kind == Cost::plain ? sum(results[0]) : sum(results[0] * sigmoid(results[0]));
  for (std::size_t k = 1; k < results.size(); ++k) cost = cost + sum(square(results[k]));
  return cost;
}

class GradientPatterns : public ::testing::TestWithParam<Pattern> {
 protected:
  void SetUp() override {
    for (const Shape& shape : GetParam().shapes) leaves_.push_back(argument_leaf({f32, shape}, "x"));
    values_ = values_for(leaves_);
  }
  void expect_right(const std::vector<Value>& got, const std::vector<Value>& right,
                    const std::vector<std::size_t>& subset, const std::string& what) const {
    for (std::size_t k = 0; k < subset.size(); ++k) {
      EXPECT_LE(distance(numbers(got[k]), numbers(right[subset[k]])), 5e-3)
          << what << ", gradient of input " << subset[k] << " of " << ::testing::PrintToString(subset);
    }
  }
  Tensors leaves_;
  std::vector<Value> values_;
};

TEST_P(GradientPatterns, EveryPartIsGivenAndRight) {
  for (Again again : {Again::never, Again::checkpointed}) {
    for (Cost kind : {Cost::curved, Cost::plain}) {
      const Tensor cost = cost_of(GetParam(), leaves_, again, kind);
      const auto right = run_graph(grad(cost, leaves_), leaves_, values_);
      for (const auto& subset : subsets(leaves_.size())) {
        Tensors wanted;
        for (std::size_t k : subset) wanted.push_back(leaves_[k]);
        for (bool with_cost : {false, true}) {
          Tensors roots = grad(cost, wanted);
          if (with_cost) roots.push_back(cost);
          expect_right(run_graph(roots, leaves_, values_, {.backend = &cpu_backend()}), right, subset,
                       again == Again::never ? "plain" : "checkpointed");
          if (with_cost) continue;
          const auto narrow =
              run_graph(roots, leaves_, values_, {.backend = &cpu_backend(), .precision = Precision::bf16});
          for (const Value& each : narrow) {
            for (const double x : numbers(each))
              EXPECT_TRUE(std::isfinite(x)) << ::testing::PrintToString(subset);
          }
        }
      }
    }
  }
}

// A net that begins with a norm and relu, deep enough that values are worth computing again: the copies give
// less than their originals, and still have a kernel.
TEST(GradientPatternsWithin, EveryPartIsRightUnderAMemoryLimit) {
  const Pattern net = {"net",
                       {image, channels, channels, filters, channels, channels, filters, channels, channels},
                       [](const Tensors& in) {
                         Tensor a = relu(normalized(in, 0));
                         for (std::size_t k = 3; k < 9; k += 3) {
                           const Tensor b = batch_norm(convolved(a, in[k]), in[k + 1], in[k + 2]).y;
                           a = k == 3 ? relu(b) : leaky_relu(b + a, 0.1);
                         }
                         return Tensors{max_pool2d(a, {2})};
                       }};
  Tensors leaves;
  for (const Shape& shape : net.shapes) leaves.push_back(argument_leaf({f32, shape}, "x"));
  const std::vector<Value> values = values_for(leaves);
  const Tensor cost = cost_of(net, leaves, Again::never);
  const auto right = run_graph(grad(cost, leaves), leaves, values);
  int again = 0;
  for (const auto& subset : subsets(leaves.size())) {
    if (subset.size() == 2 && subset[1] != subset[0] + 1) continue;  // neighbors are enough
    Tensors wanted;
    for (std::size_t k : subset) wanted.push_back(leaves[k]);
    const Tensors roots = grad(cost, wanted);
    compiler::Options options;
    options.backend = &cpu_backend();
    const std::size_t whole = compiler::memory_of(*compiler::compile(graph_of(leaves, roots), options));
    for (double part : {0.95, 0.85, 0.75}) {
      const auto limit = static_cast<std::size_t>(static_cast<double>(whole) * part);
      std::vector<Value> got;
      try {
        got = run_graph(roots, leaves, values, {.backend = &cpu_backend(), .memory = limit});
      } catch (const MemoryError&) {
        break;  // no copies help that far
      }
      ++again;
      for (std::size_t k = 0; k < subset.size(); ++k) {
        EXPECT_LE(distance(numbers(got[k]), numbers(right[subset[k]])), 5e-3)
            << part << ", gradient of input " << subset[k] << " of " << ::testing::PrintToString(subset);
      }
    }
  }
  EXPECT_GT(again, 10);
}

INSTANTIATE_TEST_SUITE_P(Fused, GradientPatterns, ::testing::ValuesIn(patterns()),
                         [](const ::testing::TestParamInfo<Pattern>& info) {
                           std::string text = info.param.name;
                           std::replace(text.begin(), text.end(), ' ', '_');
                           return text;
                         });

}  // namespace
}  // namespace luge::testing
