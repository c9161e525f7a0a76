// Neighboring fused steps that read the same become one, and give what they gave.
#include <gtest/gtest.h>

#include "compile/passes.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/attributes/fused.h"
#include "support/run_graph.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

using compiler::Graph;

struct Case {
  Tensors leaves, roots;

  std::shared_ptr<const Program> program(bool joined = true) const {
    compiler::Options options;
    if (!joined) options.disabled = {"fuse_neighbors"};
    return compiler::compile(graph_of(leaves, roots), options);
  }

  // Runs it both ways.
  void expect_same() const {
    std::vector<Value> inputs;
    for (std::size_t k = 0; k < leaves.size(); ++k) {
      const Tensor ramp = arange(0, leaves[k].elements(), 1, leaves[k].dtype());
      inputs.push_back(value_of(reshape(sin(ramp + 0.3 * static_cast<double>(k)) * 3, leaves[k].shape())));
    }
    const auto apart =
        run_graph(roots, leaves, inputs, {.backend = &cpu_backend(), .disabled = {"fuse_neighbors"}});
    const auto given = run_graph(roots, leaves, inputs, {.backend = &cpu_backend()});
    for (std::size_t r = 0; r < roots.size(); ++r)
      EXPECT_LE(distance(numbers(given[r]), numbers(apart[r])), 1e-6) << "root " << r;
  }
};

TEST(FuseNeighbors, AValueAndItsSlopeAreOneStepWithTwoResults) {
  for (const GeluForm form : {GeluForm::exact, GeluForm::tanh}) {
    const Tensor x = argument({40, 70}), y = gelu(x, form);
    const Case both{{x}, {y, output_of(*y.node(), 1)}};
    const auto program = both.program();
    ASSERT_EQ(program->steps.size(), 1u) << program->explain();
    EXPECT_EQ(program->steps[0].in.size(), 1u) << "its numbers are part of the program";
    EXPECT_EQ(program->steps[0].out.size(), 2u) << "what both need is not written";
    both.expect_same();
    if (form == GeluForm::exact) {
      EXPECT_GT(both.program(false)->steps.size(), 1u) << "or this tests nothing";
    }
  }
}

TEST(FuseNeighbors, WhatReadsTheSameIsReadOnce) {
  const Tensor x = argument({9, 33}), b = argument({33});
  const Case both{{x, b}, {exp(x + b), tanh(x) * 2}};
  EXPECT_EQ(both.program(false)->steps.size(), 2u);
  EXPECT_EQ(both.program()->steps.size(), 1u) << both.program()->explain();
  both.expect_same();
}

TEST(FuseNeighbors, SumsGoBesideWhatReadsTheirInput) {
  for (const Axes& axes : {Axes{0}, Axes{1}, Axes{0, 1}}) {
    const Tensor x = argument({120, 64});
    const Case both{{x}, {exp(x), sum(x, axes)}};
    EXPECT_EQ(both.program()->steps.size(), 1u) << both.program()->explain();
    both.expect_same();
  }
}

TEST(FuseNeighbors, SumsOverOtherAxesStayApart) {
  const Tensor x = argument({120, 64});
  const Case both{{x}, {sum(x, 0), sum(x, 1)}};
  EXPECT_EQ(both.program()->steps.size(), 2u) << both.program()->explain();
  both.expect_same();
}

TEST(FuseNeighbors, WhatRunsBetweenTwoStepsStaysBetweenThem) {
  const Tensor x = argument({30, 8}), first = exp(x);
  const Case both{{x}, {first, cumsum(first, 0) + x}};
  EXPECT_EQ(both.program()->steps.size(), 3u) << both.program()->explain();
  both.expect_same();
}

// Little would be saved, and long programs run out of registers.
TEST(FuseNeighbors, StepsThatShareLittleStayApart) {
  const Tensor x = argument({300, 80}), y = argument({300, 80}), b = argument({80});
  const Case both{{x, y, b}, {exp(x + b), tanh(y + b)}};
  EXPECT_EQ(both.program()->steps.size(), 2u) << both.program()->explain();
  both.expect_same();
}

TEST(FuseNeighbors, ZerosOfBothSignsAreTwoNumbers) {
  const Tensor x = argument_leaf({f32, {50}}, "x");
  const auto divided = [&](double by) {
    TileProgram program;
    program.extents = {50};
    program.operands = {{1}};
    program.lines.push_back({.kind = TileLine::Kind::constant, .number = by});
    program.lines.push_back({.instruction = Instruction::div, .source = {0, 1, -1}});
    program.outputs.push_back({2, {f32, {50}}, {1}});
    return make_single(fused_op(program), std::span(&x, 1));
  };
  compiler::Options options;
  options.backend = &cpu_backend();
  const Graph joined =
      compiler::fuse_neighbors({{x}, {divided(0.0), divided(-0.0), divided(0.0)}, {-1, -1, -1}}, options);
  const auto* attributes = joined.roots[0].node()->op->attributes<FusedAttributes>();
  ASSERT_NE(attributes, nullptr);
  EXPECT_EQ(joined.roots[0].node(), joined.roots[2].node());
  EXPECT_EQ(tile_program(*attributes).lines.size(), 4u);
}

}  // namespace
}  // namespace luge::testing
