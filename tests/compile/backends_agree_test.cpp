// One small network with its gradients and updates, through every pass and kernel, against the reference
// loops with all passes off.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "compile/pipeline.h"
#include "luge/autodiff.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

compiler::Graph network(std::int64_t channels) {
  const Tensor x = argument({4, channels, 8, 8}), labels = argument({4, 5});
  Tensors state;
  for (const Shape& shape :
       {Shape{20, channels, 3, 3}, Shape{20}, Shape{18, 20, 3, 3}, Shape{18}, Shape{5, 72}, Shape{5}}) {
    state.push_back(argument_leaf({f32, shape}, "w"));
  }
  const Tensor first =
      max_pool2d(relu(conv2d(x, state[0], state[1], {.padding = PaddingMode::same})), {.kernel = 2});
  const Tensor second =
      max_pool2d(relu(conv2d(first, state[2], state[3], {.padding = PaddingMode::same})), {.kernel = 2});
  const Tensor logits = linear(flatten(second, 1), state[4], state[5]);
  const Tensor loss = mean(softmax_cross_entropy(logits, softmax(labels)));
  const Tensors gradients = grad(loss, state);
  Tensors leaves = {x, labels}, roots = {loss, logits};
  std::vector<int> replaces = {-1, -1};
  for (std::size_t k = 0; k < state.size(); ++k) {
    leaves.push_back(state[k]);
    roots.push_back(state[k] - 0.5 * gradients[k] / (sqrt(square(gradients[k])) + 0.1));
    replaces.push_back(static_cast<int>(k) + 2);
  }
  return graph_of(leaves, roots, replaces);
}

BufferRef in_layout(const Backend& backend, const BufferRef& buffer, LayoutId to, const Type& type) {
  if (buffer->layout() == to) return buffer;
  auto result = std::make_shared<Buffer>(backend.bytes(to, type), to);
  Status status;
  void* in[] = {buffer->data()};
  void* out[] = {result->data()};
  backend.reorder(buffer->layout(), to, type)->run({in, out, nullptr, &status});
  return result;
}

// Two steps, so that the state comes back in the layout in which it was left.
std::vector<std::vector<float>> two_steps(const compiler::Graph& graph, const compiler::Options& options) {
  const auto program = compiler::compile(graph, options);
  const Backend& backend = *options.backend;
  const auto type_of = [](const Tensor& tensor) { return Type{tensor.dtype(), tensor.shape()}; };
  std::vector<BoundLeaf> leaves(graph.leaves.size());
  for (std::size_t k = 0; k < leaves.size(); ++k) {
    const Tensor& leaf = graph.leaves[k];
    if (leaf.node()->leaf == Leaf::scalar) {
      std::memcpy(leaves[k].words, leaf.node()->words, sizeof leaves[k].words);
      continue;
    }
    leaves[k].buffer = std::make_shared<Buffer>(backend.bytes(public_layout, type_of(leaf)));
    auto* data = reinterpret_cast<float*>(leaves[k].buffer->data());
    for (int i = 0; i < leaf.elements(); ++i) data[i] = static_cast<float>((i * 7919) % 101 - 50) / 100;
  }
  std::vector<std::vector<float>> values;
  for (int step = 0; step < 2; ++step) {
    for (std::size_t k = 0; k < leaves.size(); ++k) {
      if (program->inputs[k] < 0 || !leaves[k].buffer) continue;
      const LayoutId wanted = program->values[static_cast<std::size_t>(program->inputs[k])].layout;
      leaves[k].buffer = in_layout(backend, leaves[k].buffer, wanted, type_of(graph.leaves[k]));
    }
    auto roots = program->run(leaves);
    values.clear();
    for (std::size_t r = 0; r < roots.size(); ++r) {
      const BufferRef shown = in_layout(backend, roots[r], public_layout, type_of(graph.roots[r]));
      const auto* data = reinterpret_cast<const float*>(shown->data());
      values.emplace_back(data, data + graph.roots[r].elements());
      if (graph.replaces[r] >= 0)
        leaves[static_cast<std::size_t>(graph.replaces[r])].buffer = std::move(roots[r]);
    }
  }
  return values;
}

void expect_close(const std::vector<std::vector<float>>& got, const std::vector<std::vector<float>>& wanted,
                  float tolerance) {
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t r = 0; r < wanted.size(); ++r) {
    float worst = 0, largest = 1;
    for (std::size_t i = 0; i < wanted[r].size(); ++i) {
      worst = std::max(worst, std::abs(got[r][i] - wanted[r][i]));
      largest = std::max(largest, std::abs(wanted[r][i]));
    }
    EXPECT_LE(worst, tolerance * largest) << "root " << r;
  }
}

std::set<std::string> all_but_decompose() {
  std::set<std::string> names;
  for (const compiler::Pass& pass : compiler::passes()) {
    if (pass.name != "decompose") names.insert(std::string(pass.name));
  }
  return names;
}

TEST(BackendsAgree, OnANetworkWithItsUpdates) {
  for (std::int64_t channels : {1, 16}) {
    const compiler::Graph graph = network(channels);
    const auto wanted = two_steps(graph, {.backend = &reference_backend(), .disabled = all_but_decompose()});
    expect_close(two_steps(graph, {.backend = &cpu_backend(), .threads = 2, .disabled = {}}), wanted, 1e-3f);
    for (const compiler::Pass& pass : compiler::passes()) {
      if (pass.name == "decompose") continue;
      SCOPED_TRACE(fmt::format("{} channels, without {}", channels, pass.name));
      expect_close(
          two_steps(graph, {.backend = &cpu_backend(), .threads = 2, .disabled = {std::string(pass.name)}}),
          wanted, 1e-3f);
    }
  }
}

}  // namespace
}  // namespace luge::testing
