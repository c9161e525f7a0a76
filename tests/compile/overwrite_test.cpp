// Fused steps that may write over what they read: graphs in which an operand is read again, by broadcasting
// or for a sum, beside the reference loops, on one thread and on several.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "compile/pipeline.h"
#include "luge/autodiff.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/normalization.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "ops/attributes/fused.h"
#include "support/plan_walk.h"
#include "support/random_graph.h"
#include "support/run_graph.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

std::vector<Value> values_for(const Tensors& leaves) {
  random::seed(3);
  std::vector<Value> values;
  for (const Tensor& leaf : leaves)
    values.push_back(value_of(cast(random::uniform(leaf.shape(), 0.3, 1.5, f64), leaf.dtype())));
  return values;
}

// Does an output have memory for every element, or for every point of the kept axes?
bool is_stored_once(const TileProgram& program, const TileOutput& output) {
  for (std::size_t axis = 0; axis < program.extents.size(); ++axis) {
    if (program.extents[axis] != 1 && output.strides[axis] == 0 && !program.reduces(axis)) return false;
  }
  return true;
}

// Of every fused step: no output is stored again and again, and what the plan would write over is read by
// then.
void expect_fused_steps_hold(const RandomGraph& given, const std::string& what) {
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
    const cpu::fused::Plan plan =
        cpu::fused::make_plan(tiles, types, std::vector<bool>(tiles.outputs.size(), true));
    for (const InPlace& pair : plan.in_place) EXPECT_EQ(error_of(plan, pair), "") << what;
  }
}

void expect_right(const RandomGraph& given, double tolerance, const std::string& what) {
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
    RandomGraph c;
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

// y = f(inputs), with the gradients of every part of the inputs, by sums of y, of y² and of y times a further
// input, y kept or not.
void expect_right_in_every_form(const std::vector<Shape>& shapes, const Shape& y_shape,
                                const std::function<Tensor(const Tensors&)>& f) {
  std::vector<Shape> all = shapes;
  all.push_back(y_shape);
  for (int form = 0; form < 6; ++form) {
    for (std::size_t bits = 1; bits < std::size_t{1} << shapes.size(); ++bits) {
      expect_right({all, [&](const Tensors& in) {
                      const Tensor y = f(in);
                      const Tensor cost = sum(form % 3 == 0 ? y : form % 3 == 1 ? square(y) : y * in.back());
                      Tensors wanted;
                      for (std::size_t k = 0; k < shapes.size(); ++k) {
                        if (bits >> k & 1) wanted.push_back(in[k]);
                      }
                      Tensors roots = grad(cost, wanted);
                      if (form < 3) roots.push_back(y);
                      return roots;
                    }});
    }
  }
}

TEST(Overwrite, SortBehindARowThatIsAddedAgain) {
  expect_right_in_every_form({{17, 16}, {1, 16}, {17, 16}}, {17, 16}, [](const Tensors& in) {
    return tanh((sort(in[0] * in[1] * in[2], 0).values + in[1]) * 0.3);
  });
}

TEST(Overwrite, RollBehindALinearLayer) {
  expect_right_in_every_form({{17, 7}, {1, 7}, {7, 7}}, {17, 7}, [](const Tensors& in) {
    const Tensor u = in[0] * in[1];
    return roll((linear(u * u, in[2], {}) + in[1]) * 0.1, 2, 1);
  });
}

TEST(Overwrite, ReductionOfWhatIsWrittenOver) {
  expect_right_in_every_form({{2, 1}, {1, 1}, {1, 1}}, {2, 1}, [](const Tensors& in) {
    const Tensor u = in[0] * in[1], v = linear(u * u, in[2], {}) + in[1];
    return v * v;
  });
}

TEST(Overwrite, RandomLayersAgreeWithPlainLoops) {
  for (unsigned seed = 0; seed < 80; ++seed) {
    const DType dtype = seed % 3 == 0 ? f32 : f64;
    const RandomGraph c = random_layers(seed, dtype);
    expect_right(c, dtype == f64 ? 1e-7 : 5e-2, "seed " + std::to_string(seed));
    if (HasFailure()) return;
  }
}

TEST(Overwrite, RandomSequencesAgreeWithPlainLoops) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    const DType dtype = seed % 2 == 0 ? f32 : f64;
    const RandomGraph c = random_sequences(seed, dtype);
    expect_right(c, dtype == f64 ? 1e-7 : 2e-2, "seed " + std::to_string(seed));
    if (HasFailure()) return;
  }
}

TEST(Overwrite, RandomGraphsAgreeWithPlainLoops) {
  for (unsigned seed = 0; seed < 130; ++seed) {
    const DType dtype = seed % 3 == 0 ? f32 : f64;
    const RandomGraph c = random_tensors(seed, dtype);
    expect_right(c, dtype == f64 ? 1e-8 : 1e-2, "seed " + std::to_string(seed));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace luge::testing
