#include <gtest/gtest.h>

#include <algorithm>

#include "compile/lower.h"
#include "compile/passes.h"
#include "support/fake_backend.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

std::vector<std::string> order(const compiler::Graph& graph) {
  std::vector<std::string> names;
  for (const Node* node : compiler::schedule(graph)) names.emplace_back(node->op->name());
  return names;
}

int position(const compiler::Graph& graph, const Tensor& value) {
  const std::vector<Node*> nodes = compiler::schedule(graph);
  return static_cast<int>(std::find(nodes.begin(), nodes.end(), value.node()) - nodes.begin());
}

TEST(Schedule, EveryStepComesAfterItsInputs) {
  const Tensor x = argument({4}), y = argument({4});
  const Tensors pair = toy_pair(toy_add(x, y));
  const compiler::Graph graph = graph_of({x, y}, {toy_mul(pair[1], toy_neg(pair[0])), toy_dense(y)});
  const std::vector<Node*> nodes = compiler::schedule(graph);
  EXPECT_EQ(nodes.size(), 5u);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const Edge& edge : nodes[i]->inputs) {
      if (edge.node->leaf != Leaf::none) continue;
      EXPECT_LT(std::find(nodes.begin(), nodes.end(), edge.node) - nodes.begin(),
                static_cast<std::ptrdiff_t>(i));
    }
  }
}

TEST(Schedule, AStepThatFreesNothingWaitsForItsReader) {
  const Tensor x = argument({4});
  const Tensor mask = toy_relu(x);  // made first, wanted last
  const Tensor deep = toy_dense(toy_dense(toy_dense(x)));
  const compiler::Graph graph = graph_of({x}, {toy_mul(deep, mask)});
  EXPECT_EQ(order(graph),
            (std::vector<std::string>{"toy_dense", "toy_dense", "toy_dense", "toy_relu", "toy_mul"}));
}

TEST(Schedule, AStepThatFreesMemoryRunsAtOnce) {
  const Tensor x = argument({100}), w = argument({100});
  const Tensor first = toy_dense(x), second = toy_dense(first);
  const Tensor third = toy_dense(second);
  // The update of w, written down last, needs no memory of the arena and lets `first` die one step earlier.
  const compiler::Graph graph = graph_of({x, w}, {third, toy_sub(w, first)}, {-1, 1});
  EXPECT_EQ(order(graph), (std::vector<std::string>{"toy_dense", "toy_sub", "toy_dense", "toy_dense"}));
}

TEST(Schedule, StateWaitsForItsReadersAndForGuards) {
  const Tensor w = argument({4}), x = argument({4});
  const Tensor next = toy_add(w, x);
  const Tensor reader = toy_mul(w, x);
  const Tensor guard = toy_guard(toy_neg(x));
  const compiler::Graph graph = graph_of({w, x}, {next, reader, guard}, {0, -1, -1});
  EXPECT_GT(position(graph, graph.roots[0]), position(graph, graph.roots[1]));
  EXPECT_GT(position(graph, graph.roots[0]), position(graph, graph.roots[2]));
}

TEST(Schedule, ACycleOfWaitingIsBroken) {
  const Tensor a = argument({4}), b = argument({4});
  EXPECT_EQ(order(graph_of({a, b}, {toy_add(a, b), toy_sub(a, b)}, {0, 1})).size(), 2u);
}

TEST(Schedule, WhatIsComputedAgainStaysBehindTheForwardPass) {
  const Tensor x = argument({100});
  const Tensor zero = scalar(0);
  const Tensor forward = toy_dense(toy_add(toy_dense(toy_dense(x)), zero));  // rewritten: the sum goes
  Tensor again = toy_dense(toy_dense(x));
  again.node()->barrier = true;
  again.node()->inputs[0].node->barrier = true;
  const compiler::Graph graph =
      compiler::simplify(graph_of({x, zero}, {toy_mul(toy_neg(forward), again)}), {});
  const std::vector<Node*> nodes = compiler::schedule(graph);
  const auto barrier =
      std::find_if(nodes.begin(), nodes.end(), [](const Node* node) { return node->barrier; });
  const auto neg = std::find_if(nodes.begin(), nodes.end(),
                                [](const Node* node) { return node->op->name() == "toy_neg"; });
  EXPECT_LT(neg - nodes.begin(), barrier - nodes.begin());
}

}  // namespace
}  // namespace luge::testing
