// Updates and sums that run as one step: the same bytes, in place, computed once what is common.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "compile/passes.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "ops/attributes/fused.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

using compiler::Graph;

const std::vector<Shape> kShapes = {{7}, {300, 40}, {64}, {5, 3, 3, 3}, {70000}};

// Adam over parameters of several sizes; with `clip`, by the norm of all gradients together.
Graph adam(bool clip, const std::vector<Shape>& shapes = kShapes) {
  Tensors leaves, roots;
  std::vector<int> replaces;
  const auto leaf = [&](const Shape& shape) { return leaves.emplace_back(argument_leaf({f32, shape}, "x")); };
  const Tensor rate = leaf({}), step = leaf({});
  const Tensor scale = rate / (1 - pow(scalar(0.9), step));
  const Tensor correction = rsqrt(1 - pow(scalar(0.999), step));
  Tensors gradients;
  for (const Shape& shape : shapes) gradients.push_back(cumsum(leaf(shape), 0));
  if (clip) {
    Tensor total;
    for (const Tensor& g : gradients) {
      const Tensor own = cast(sum(square(g)), f64);
      total = total.defined() ? total + own : own;
    }
    const Tensor factor = cast(minimum(1 / (sqrt(total) + 1e-6), 1), f32);
    for (Tensor& g : gradients) g = g * factor;
  }
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    const auto first = static_cast<int>(leaves.size());
    const Tensor p = leaf(shapes[k]), m = leaf(shapes[k]), v = leaf(shapes[k]);
    const Tensor new_m = lerp(gradients[k], m, 0.9), new_v = lerp(square(gradients[k]), v, 0.999);
    roots.push_back(p - scale * new_m / (sqrt(new_v) * correction + 1e-8));
    roots.push_back(new_m);
    roots.push_back(new_v);
    for (int state = 0; state < 3; ++state) replaces.push_back(first + state);
  }
  Graph graph = graph_of(leaves, roots);
  graph.replaces = replaces;
  return graph;
}

std::shared_ptr<const Program> compiled(const Graph& graph, bool merged, int threads) {
  compiler::Options options;
  options.threads = threads;
  if (!merged) options.disabled = {"multi_tensor_update"};
  return compiler::compile(graph, options);
}

std::vector<BufferRef> run(const Graph& graph, const Program& program) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> uniform(0.1f, 1.1f);
  std::vector<BoundLeaf> leaves(graph.leaves.size());
  for (std::size_t k = 0; k < leaves.size(); ++k) {
    const Node& leaf = *graph.leaves[k].node();
    if (leaf.leaf == Leaf::scalar) {
      std::memcpy(leaves[k].words, leaf.words, sizeof leaf.words);
      continue;
    }
    const auto count = static_cast<std::size_t>(graph.leaves[k].elements());
    leaves[k].buffer = std::make_shared<Buffer>(count * sizeof(float));
    auto* data = reinterpret_cast<float*>(leaves[k].buffer->data());
    for (std::size_t i = 0; i < count; ++i) data[i] = uniform(random);
  }
  return program.run(leaves);
}

std::ptrdiff_t steps_named(const Program& program, std::string_view name) {
  return std::count_if(program.steps.begin(), program.steps.end(),
                       [&](const ProgramStep& step) { return step.name == name; });
}

TEST(MultiTensorUpdate, EveryUpdateInOneStepGivesTheSameBytesInPlace) {
  for (bool clip : {false, true}) {
    const Graph graph = adam(clip);
    const auto apart = compiled(graph, false, 1);
    const std::vector<BufferRef> expected = run(graph, *apart);
    EXPECT_EQ(steps_named(*apart, "fused_parts"), 0);
    for (int threads : {1, 2, 3}) {
      const auto merged = compiled(graph, true, threads);
      EXPECT_EQ(steps_named(*merged, "fused_parts"), clip ? 2 : 1) << merged->explain();
      for (std::size_t r = 0; r < graph.roots.size(); ++r) EXPECT_EQ(merged->replaces[r], graph.replaces[r]);
      const std::vector<BufferRef> given = run(graph, *merged);
      for (std::size_t r = 0; r < expected.size(); ++r) {
        ASSERT_EQ(std::memcmp(expected[r]->data(), given[r]->data(), expected[r]->bytes()), 0)
            << "root " << r << ", " << threads << " threads, clip " << clip;
      }
    }
  }
}

// Rate over correction depends on no element: it is computed once, not once a parameter.
TEST(MultiTensorUpdate, NumbersAreComputedOnce) {
  compiler::Options options;
  options.backend = &cpu_backend();
  const Graph merged =
      compiler::multi_tensor_update(compiler::fuse_elementwise(adam(false), options), options);
  compiler::verify(merged);
  int divisions = 0;
  const auto look = [&](const TileProgram& program) {
    for (const TileLine& line : program.lines) divisions += line.instruction == Instruction::div;
  };
  for (const Node* node : topological(merged.roots)) {
    if (node->leaf != Leaf::none) continue;
    if (const auto* one = node->op->attributes<FusedAttributes>()) look(tile_program(*one));
    if (const auto* many = node->op->attributes<FusedPartsAttributes>()) {
      for (const TileProgram& part : tile_programs(*many)) look(part);
    }
  }
  EXPECT_EQ(divisions,
            1 + static_cast<int>(kShapes.size()));  // the rate's, and one over the elements of each
}

// Gradients that only their update reads would all be alive at once.
TEST(MultiTensorUpdate, LargeGradientsAreNotKeptForIt) {
  const Graph graph = adam(false, {{8}, {16}, {32}, {3000000}, {4000000}});
  const auto program = compiled(graph, true, 1);
  EXPECT_EQ(steps_named(*program, "fused_parts"), 1);
  for (const ProgramStep& step : program->steps) {
    if (step.name == "fused_parts") {
      EXPECT_EQ(step.out.size(), 12u) << program->explain();
    }
  }
}

// A sum that another one of the kind needs runs before it.
TEST(MultiTensorUpdate, StepsThatDependOnEachOtherStayApart) {
  const Tensor x = argument_leaf({f32, {1000}}, "x"), y = argument_leaf({f32, {500}}, "y");
  const Tensor first = sum(square(x)), second = sum(square(y)), third = sum(square(cumsum(x * first, 0)));
  const Graph graph = graph_of({x, y}, {first, second, third});
  const auto program = compiled(graph, true, 1);
  EXPECT_EQ(steps_named(*program, "fused_parts"), 1) << program->explain();
  const std::vector<BufferRef> expected = run(graph, *compiled(graph, false, 1)),
                               given = run(graph, *program);
  for (std::size_t r = 0; r < 3; ++r) {
    EXPECT_EQ(std::memcmp(expected[r]->data(), given[r]->data(), sizeof(float)), 0) << r;
  }
}

}  // namespace
}  // namespace luge::testing
