// Random graphs, run through the planner with kernels that overwrite their operands and spoil their scratch,
// against the same graphs computed value by value.
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <unordered_map>

#include "compile/pipeline.h"
#include "runtime/arena.h"
#include "runtime/program.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

constexpr std::byte pattern{0xa5};

class Spoiling final : public PreparedKernel {
 public:
  Spoiling(std::shared_ptr<const PreparedKernel> inner, std::size_t scratch)
      : inner_(std::move(inner)), scratch_(scratch) {}
  void run(const KernelCall& call) const override {
    if (scratch_) std::memset(call.scratch, 0x7f, scratch_);
    inner_->run(call);
  }

 private:
  std::shared_ptr<const PreparedKernel> inner_;
  std::size_t scratch_;
};

struct GreedyKernel final : Kernel {
  std::string_view name() const override { return "greedy"; }
  Offer offer(const KernelRequest& request) const override {
    Offer offer = reference_backend().candidates(request.op.name())[0]->offer(request);
    if (!offer.accepted()) return offer;
    offer.scratch = request.op.name() == "toy_dense" ? 200 : 0;
    offer.kernel = std::make_shared<Spoiling>(offer.kernel, offer.scratch);
    for (std::size_t k = 0; k < request.in.size() && request.out.size() == 1; ++k) {
      if (request.in[k] == request.out[0]) offer.in_place.push_back({static_cast<int>(k)});
    }
    return offer;
  }
};

class GreedyBackend final : public Backend {
 public:
  std::string_view name() const override { return "greedy"; }
  std::span<const Kernel* const> candidates(std::string_view) const override {
    static const GreedyKernel kernel;
    static const Kernel* const list[] = {&kernel};
    return list;
  }
  std::size_t bytes(LayoutId layout, const Type& type) const override {
    return reference_backend().bytes(layout, type);
  }
  std::string layout_name(LayoutId) const override { return "public"; }
  std::shared_ptr<const PreparedKernel> reorder(LayoutId, LayoutId, const Type&) const override {
    return nullptr;
  }
  std::string describe() const override { return "greedy"; }
};

using Values = std::vector<float>;

// Node by node, each value in memory of its own.
std::vector<Values> expected(const compiler::Graph& graph, const std::vector<Values>& leaves) {
  std::unordered_map<const Node*, std::vector<Values>> done;
  for (std::size_t k = 0; k < leaves.size(); ++k) done[graph.leaves[k].node()] = {leaves[k]};
  for (const Node* node : topological(graph.roots)) {
    if (node->leaf != Leaf::none) continue;
    const auto operand = [&](std::size_t k) -> const Values& {
      const Edge& edge = node->inputs[k];
      return done[edge.node][static_cast<std::size_t>(edge.out)];
    };
    Values first = operand(0), second = operand(0);
    const std::string_view name = node->op->name();
    for (std::size_t i = 0; i < first.size(); ++i) {
      float& x = first[i];
      if (name == "toy_add") x += operand(1)[i];
      if (name == "toy_sub") x -= operand(1)[i];
      if (name == "toy_relu") x = x > 0 ? x : 0;
      if (name == "toy_dense") x = 2 * x + 1;
      if (name == "toy_pair") second[i] = x - 1, x += 1;
    }
    done[node] = {first, second};
  }
  std::vector<Values> result;
  for (const Tensor& root : graph.roots)
    result.push_back(done[root.node()][static_cast<std::size_t>(root.output())]);
  return result;
}

struct RandomGraph {
  Tensors leaves, roots;
  std::vector<int> replaces;
};

RandomGraph random_graph(std::mt19937& random) {
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random()) % limit; };
  const Shape shape({static_cast<std::int64_t>(1 + below(40))});
  RandomGraph graph;
  for (std::size_t k = 0; k < 4; ++k) graph.leaves.push_back(argument(shape));
  Tensors values = graph.leaves;
  for (std::size_t i = 0, count = 5 + below(60); i < count; ++i) {
    const Tensor a = values[values.size() - 1 - below(std::min<std::size_t>(values.size(), 8))];
    const Tensor b = values[below(values.size())];
    switch (below(6)) {
      case 0: values.push_back(toy_add(a, b)); break;
      case 1: values.push_back(toy_sub(a, b)); break;
      case 2: values.push_back(toy_relu(a)); break;
      case 3: values.push_back(toy_dense(a)); break;
      case 4: values.push_back(toy_reshape(toy_reshape(a, {1, shape[0]}), shape)); break;
      default:
        for (const Tensor& half : toy_pair(a)) values.push_back(half);
    }
  }
  for (int leaf = 0; leaf < 3; ++leaf) {  // state, now and then swapped or passed through
    graph.roots.push_back(below(5) == 0 ? graph.leaves[below(3)] : values[values.size() - 1 - below(8)]);
    graph.replaces.push_back(leaf);
  }
  for (int r = 0; r < 3; ++r) {
    graph.roots.push_back(values[below(values.size())]);
    graph.replaces.push_back(-1);
  }
  return graph;
}

BoundLeaf bound(const Values& values) {
  BoundLeaf leaf{std::make_shared<Buffer>(values.size() * sizeof(float))};
  std::memcpy(leaf.buffer->data(), values.data(), leaf.buffer->bytes());
  return leaf;
}

TEST(RandomPrograms, GiveTheValuesOfTheGraphWhateverSharesMemory) {
  const GreedyBackend backend;
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    const RandomGraph made = random_graph(random);
    const compiler::Graph graph = graph_of(made.leaves, made.roots, made.replaces);
    const auto program = compiler::compile(
        graph, {.backend = &backend, .disabled = {"simplify", "simplify_parts", "fuse_elementwise"}});
    std::vector<Values> inputs;
    std::vector<BoundLeaf> leaves;
    for (const Tensor& leaf : graph.leaves) {
      Values& values = inputs.emplace_back(static_cast<std::size_t>(leaf.elements()));
      for (float& value : values) value = static_cast<float>(static_cast<int>(random() % 17) - 8);
      leaves.push_back(bound(values));
    }
    const auto wanted = expected(graph, inputs);
    const BufferRef held = random() % 2 ? leaves[0].buffer : nullptr;  // then slot 0 may not be overwritten
    const auto result = program->run(leaves);
    for (std::size_t r = 0; r < wanted.size(); ++r) {
      const Values got(reinterpret_cast<float*>(result[r]->data()),
                       reinterpret_cast<float*>(result[r]->data()) + wanted[r].size());
      ASSERT_EQ(got, wanted[r]) << "round " << round << ", root " << r << "\n" << program->explain();
    }
    if (held) {
      ASSERT_EQ(std::memcmp(held->data(), inputs[0].data(), held->bytes()), 0) << "round " << round;
    }
    if (result[0] == result[1]) ADD_FAILURE() << "two slots share memory in round " << round;
  }
}

TEST(RandomPrograms, TouchExactlyTheirArena) {
  const GreedyBackend backend;
  std::mt19937 random(4);
  Arena& arena = Arena::of(host_memory());
  const std::lock_guard lock(arena.mutex());
  arena.reserve(1 << 20);
  const auto memory = arena.memory();
  for (int round = 0; round < 100; ++round) {
    const RandomGraph made = random_graph(random);
    const compiler::Graph graph = graph_of(made.leaves, made.roots, made.replaces);
    const auto program = compiler::compile(graph, {.backend = &backend, .disabled = {"fuse_elementwise"}});
    std::vector<BoundLeaf> leaves;
    for (const Tensor& leaf : graph.leaves)
      leaves.push_back(bound(Values(static_cast<std::size_t>(leaf.elements()), 1)));
    std::fill(memory.begin(), memory.end(), pattern);
    program->run(leaves);
    std::size_t touched = memory.size();
    while (touched > 0 && memory[touched - 1] == pattern) --touched;
    EXPECT_EQ(touched, program->arena_bytes) << program->explain();
  }
}

}  // namespace
}  // namespace luge::testing
