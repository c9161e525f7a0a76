// Fused steps that may write over what they read: graphs in which an operand is read again, by broadcasting
// or for a sum, beside the reference loops, on one thread and on several.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "compile/pipeline.h"
#include "luge/autodiff.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/normalisation.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "ops/attributes/fused.h"
#include "support/plan_walk.h"
#include "support/run_graph.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

struct Case {
  Tensors leaves, roots;
  Tensor leaf(DType dtype, const Shape& shape) {
    return leaves.emplace_back(argument_leaf({dtype, shape}, "x"));
  }
};

std::vector<Value> values_for(const Tensors& leaves) {
  random::seed(3);
  std::vector<Value> values;
  for (const Tensor& leaf : leaves)
    values.push_back(value_of(cast(random::uniform(leaf.shape(), 0.3, 1.5, f64), leaf.dtype())));
  return values;
}

// Does an output have a place for every element, or for every place of the kept axes?
bool is_stored_once(const TileProgram& program, const TileOutput& output) {
  for (std::size_t axis = 0; axis < program.extents.size(); ++axis) {
    if (program.extents[axis] != 1 && output.strides[axis] == 0 && !program.reduces(axis)) return false;
  }
  return true;
}

// Of every fused step: no output is stored again and again, and what the plan would write over is read by
// then.
void expect_fused_steps_hold(const Case& given, const std::string& what) {
  compiler::Options options;
  options.backend = &cpu_backend();
  const auto program = compiler::compile(graph_of(given.leaves, given.roots), options);
  for (const ProgramStep& step : program->steps) {
    const auto* attributes = step.op ? step.op->attributes<FusedAttributes>() : nullptr;
    if (!attributes) continue;
    const TileProgram tiles = tile_program(*attributes);
    for (const TileOutput& output : tiles.outputs) EXPECT_TRUE(is_stored_once(tiles, output)) << what;
    std::vector<Type> types;
    for (int value : step.in) types.push_back(program->values[static_cast<std::size_t>(value)].type);
    const tiles::Plan plan = tiles::make_plan(tiles, types, std::vector<bool>(tiles.outputs.size(), true));
    for (const InPlace& pair : plan.in_place) EXPECT_EQ(offence_of(plan, pair), "") << what;
  }
}

void expect_right(const Case& given, double tolerance, const std::string& what) {
  const std::vector<Value> values = values_for(given.leaves);
  const auto right = run_graph(given.roots, given.leaves, values);
  for (int threads : {1, 3}) {
    const auto got =
        run_graph(given.roots, given.leaves, values, {.backend = &cpu_backend(), .threads = threads});
    for (std::size_t k = 0; k < got.size(); ++k) {
      EXPECT_LE(distance(numbers(got[k]), numbers(right[k])), tolerance)
          << what << ", root " << k << ", " << threads << " threads";
    }
  }
  expect_fused_steps_hold(given, what);
}

double tolerance_of(DType dtype) { return dtype == f64 ? 1e-9 : 2e-3; }

/// A function of tensors of these shapes.
struct Example {
  std::vector<Shape> shapes;
  std::function<Tensors(const Tensors&)> build;
};

void expect_right(const Example& example) {
  for (DType dtype : {f32, f64}) {
    Case c;
    for (const Shape& shape : example.shapes) c.leaf(dtype, shape);
    c.roots = example.build(c.leaves);
    expect_right(c, tolerance_of(dtype), "compiled");
    Tensors in;
    const std::vector<Value> values = values_for(c.leaves);
    for (const Value& value : values) in.push_back(tensor_of(value));
    const Tensors eager = example.build(in);
    const auto right = run_graph(c.roots, c.leaves, values);
    for (std::size_t k = 0; k < eager.size(); ++k) {
      EXPECT_LE(distance(numbers(value_of(eager[k])), numbers(right[k])), tolerance_of(dtype))
          << "eager, root " << k;
    }
  }
}

// Gradients of Σ y², and y.
Tensors with_gradients(const Tensor& y, const Tensors& wanted) {
  Tensors roots = grad(sum(square(y)) * 1e-3, wanted);
  roots.push_back(y);
  return roots;
}

TEST(Overwrite, NormInferenceBeforeAProductWithItself) {
  for (bool square : {false, true}) {
    expect_right(
        {{{2, 3, 13, 13}, {16, 3, 3, 3}, {16}, {16}, {16}, {16}, {8, 16, 1, 1}}, [&](const Tensors& in) {
           const Tensor x = conv2d(in[0], in[1] * 0.2, {}, {.padding = PaddingMode::same});
           const Tensor n = batch_norm_inference(x, in[2], in[3], in[4], in[5]);
           return with_gradients(conv2d(square ? n * n : n * sigmoid(n), in[6] * 0.1, {}, {}), {in[2]});
         }});
  }
}

// Fine-tuning over frozen statistics.
TEST(Overwrite, ConvolutionsReluAndNormInference) {
  expect_right({{{4, 3, 9, 9}, {16, 3, 3, 3}, {16}, {8, 16, 3, 3}, {8}, {8}, {8}, {8}, {10, 8}},
                [](const Tensors& in) {
                  const Tensor a = relu(conv2d(in[0], in[1] * 0.2 - 0.15, in[2], {}));
                  const Tensor b = conv2d(a, in[3] * 0.1 - 0.08, {}, {});
                  const Tensor n = relu(batch_norm_inference(b, in[4], in[5], in[6], in[7]));
                  return with_gradients(linear(mean(n, Axes({2, 3})), in[8], {}),
                                        {in[1], in[2], in[3], in[4], in[5], in[8]});
                }});
}

TEST(Overwrite, SortBehindARowThatIsAddedAgain) {
  expect_right({{{17, 16}, {1, 16}, {17, 16}}, [](const Tensors& in) {
                  const Tensor y = tanh((sort(in[0] * in[1] * in[2], 0).values + in[1]) * 0.3);
                  return with_gradients(y, {in[1]});
                }});
}

TEST(Overwrite, RollBehindALinearLayer) {
  expect_right({{{17, 7}, {1, 7}, {7, 7}}, [](const Tensors& in) {
                  return with_gradients(roll(linear(square(in[0] * in[1]), in[2], {}) + in[1], 1, 0),
                                        {in[1]});
                }});
}

TEST(Overwrite, ReductionOfWhatIsWrittenOver) {
  expect_right({{{2, 1}, {1, 1}, {1, 1}}, [](const Tensors& in) {
                  const Tensor r = square(linear(square(in[0] * in[1]), in[2], {}) + in[1]);
                  return Tensors{r, grad(sum(r), {in[1]})[0]};
                }});
}

/// A random graph of elementwise ops over whole tensors and such of extent 1 along some axes, of reductions,
/// and of ops that no step fuses, with gradients of some of its leaves.
class RandomGraph {
 public:
  RandomGraph(unsigned seed, DType dtype) : random_(seed), dtype_(dtype) {
    constexpr std::int64_t extents[] = {1, 2, 3, 7, 16, 17};
    for (int axis = pick(2, 3); axis > 0; --axis) whole_.push_back(extents[pick(0, 5)]);
    for (int k = pick(2, 5); k > 0; --k) values_.push_back(leaf());
    for (int k = pick(4, 16); k > 0; --k) values_.push_back(next());
    Tensor cost;
    for (int k = pick(1, 3); k > 0; --k) {
      const Tensor& end = values_[values_.size() - static_cast<std::size_t>(k)];
      graph.roots.push_back(end);
      cost = cost.defined() ? cost + sum(square(end)) : sum(square(end));
    }
    Tensors wanted;
    for (const Tensor& input : graph.leaves) {
      if (pick(0, 2) == 0) wanted.push_back(input);
    }
    if (wanted.empty()) return;
    for (const Tensor& gradient : grad(cost, wanted, {.seed = {}, .allow_unused = true}))
      graph.roots.push_back(gradient);
  }
  Case graph;

 private:
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  int axis() { return pick(0, static_cast<int>(whole_.size()) - 1); }
  Tensor leaf() {
    std::vector<std::int64_t> shape = whole_;
    if (pick(0, 1)) {
      for (std::int64_t& extent : shape) extent = pick(0, 1) ? 1 : extent;
    }
    return graph.leaf(dtype_, Shape(std::span<const std::int64_t>(shape)));
  }
  static std::int64_t last(const Tensor& a, int back) { return a.shape()[a.rank() - back]; }
  Tensor weight(std::int64_t extent) { return graph.leaf(dtype_, {extent, extent}) * 0.3; }
  // As normalisation with given statistics does it: a factor and a summand of few elements each.
  Tensor scaled(const Tensor& a) {
    const auto leaf = [&] { return graph.leaf(dtype_, {a.shape()[1]}); };
    const Axes axes = a.rank() == 3 ? Axes({1}) : Axes({0});
    const Tensor scale = leaf() * rsqrt(leaf() + 0.1);
    const Tensor factor = unsqueeze(scale, axes), shift = unsqueeze(leaf() - leaf() * scale, axes);
    const Tensor n = a * factor + shift;
    return pick(0, 1) ? matmul(n * sigmoid(n), weight(last(n, 1))) : n;
  }
  const Tensor& any() {
    return values_[static_cast<std::size_t>(pick(0, static_cast<int>(values_.size()) - 1))];
  }

  Tensor next() {
    const Tensor a = pick(0, 1) ? values_.back() : any();  // chains grow
    switch (pick(0, 19)) {
      case 0:
      case 1: return (a + any()) * 0.5;
      case 2:
      case 3:
      case 4: return a * any();
      case 5: return a - any();
      case 6: return tanh(a);
      case 7: return sigmoid(a) * a;
      case 8: return square(a * 0.5);
      case 9: return relu(a - 0.2);
      case 10: return sum(a, axis(), keep_dims) * 0.1;
      case 11: return mean(a, whole_.size() == 3 ? Axes({0, 2}) : Axes({0}), keep_dims);
      case 12: return softmax(a, axis());
      case 13: return roll(a, 1, axis());
      case 14: return dtype_ == f64 ? sort(a, axis()).values : exp(a * -0.5);  // f32 may order otherwise
      case 15: return last(a, 1) == last(a, 2) ? transpose(a) : matmul(weight(last(a, 2)), a);
      case 16:
      case 17: return scaled(a);
      case 18: return any() * rsqrt(square(any()) + 1.0);
      default: return matmul(a, weight(last(a, 1)));
    }
  }

  std::mt19937 random_;
  DType dtype_;
  std::vector<std::int64_t> whole_;
  Tensors values_;
};

/// A random chain of layers over images, with gradients of some of its parameters.
class RandomLayers {
 public:
  RandomLayers(unsigned seed, DType dtype) : random_(seed), dtype_(dtype) {
    constexpr std::int64_t sizes[] = {1, 2, 3, 8, 16};
    constexpr std::int64_t extents[] = {1, 4, 7, 13};
    values_.push_back(
        graph.leaf(dtype, {pick(1, 3), sizes[pick(0, 4)], extents[pick(0, 3)], extents[pick(0, 3)]}));
    for (int k = pick(2, 9); k > 0; --k) values_.push_back(next());
    const Tensor& end = values_.back();
    const Tensor cost = sum(square(pick(0, 1) ? end : mean(end, Axes({2, 3}))));
    Tensors wanted;
    for (const Tensor& leaf : graph.leaves) {
      if (pick(0, 2) == 0) wanted.push_back(leaf);
    }
    if (wanted.empty()) wanted = graph.leaves;
    graph.roots = grad(cost, wanted, {.seed = {}, .allow_unused = true});
    if (pick(0, 1)) graph.roots.push_back(end);
  }
  Case graph;

 private:
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  // One that was made earlier, of the same shape.
  Tensor other(const Tensor& a) {
    std::vector<Tensor> found;
    for (const Tensor& value : values_) {
      if (value.shape() == a.shape()) found.push_back(value);
    }
    return found[static_cast<std::size_t>(pick(0, static_cast<int>(found.size()) - 1))];
  }

  Tensor next() {
    const Tensor& a = values_.back();
    const std::int64_t channels = a.shape()[1];
    const auto one_each = [&] { return graph.leaf(dtype_, {channels}); };
    switch (pick(0, 13)) {
      case 0:
      case 1:
      case 2: {
        const std::int64_t size = pick(0, 1) ? 3 : 1, made = pick(0, 2) ? channels : 2 * pick(1, 8);
        const Tensor w = graph.leaf(dtype_, {made, channels, size, size}) - 0.8;
        return conv2d(a, w * 0.2, pick(0, 1) ? graph.leaf(dtype_, {made}) : Tensor(),
                      {.padding = PaddingMode::same});
      }
      case 3:
      case 4:
      case 5: {
        const Tensor scale = one_each(), shift = one_each(), mean = one_each(), variance = one_each();
        return batch_norm_inference(a, scale, shift, mean, variance);
      }
      case 6: {
        const Tensor scale = one_each(), shift = one_each();
        return batch_norm(a + 0.1 * square(a), scale, shift, 0.1).y;
      }
      case 7: return relu(a);
      case 8: return a * sigmoid(a);
      case 9: return a * other(a) * 0.3;
      case 10: return a + other(a);
      case 11: return leaky_relu(a, 0.2);
      case 12: return a * unsqueeze(sigmoid(mean(a, Axes({2, 3}))), Axes({2, 3}));  // channels weighed
      default:
        return a.shape()[2] > 1 && a.shape()[3] > 1 ? max_pool2d(a, {2}) : a - mean(a, Axes({1}), keep_dims);
    }
  }

  std::mt19937 random_;
  DType dtype_;
  Tensors values_;
};

TEST(Overwrite, RandomLayersAgreeWithPlainLoops) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    const DType dtype = seed % 3 == 0 ? f32 : f64;
    const Case c = RandomLayers(seed, dtype).graph;
    expect_right(c, dtype == f64 ? 1e-7 : 5e-2, "seed " + std::to_string(seed));
    if (HasFailure()) return;
  }
}

TEST(Overwrite, RandomGraphsAgreeWithPlainLoops) {
  for (unsigned seed = 0; seed < 130; ++seed) {
    const DType dtype = seed % 3 == 0 ? f32 : f64;
    const Case c = RandomGraph(seed, dtype).graph;
    expect_right(c, dtype == f64 ? 1e-8 : 1e-2, "seed " + std::to_string(seed));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace luge::testing
