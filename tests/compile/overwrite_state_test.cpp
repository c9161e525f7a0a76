// State that a step writes over in place: random updates of random graphs' leaves, once over buffers that
// nobody else holds and once over such that must be copied. Both give the same bytes, and what the reference
// loops give.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "compile/pipeline.h"
#include "luge/autodiff.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "support/random_graph.h"
#include "support/run_graph.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

struct Updates {
  RandomGraph graph;
  std::vector<int> replaces;
};

// Gradient steps, moments, and mixtures with another leaf's old value, which is replaced too.
Updates random_updates(unsigned seed, DType dtype) {
  std::mt19937 random(seed);
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  Updates updates{random_tensors(seed, dtype), {}};
  RandomGraph& graph = updates.graph;
  const Tensors parameters = graph.leaves;
  const Tensors gradients = grad(graph.cost, parameters, {.seed = {}, .allow_unused = true});
  graph.roots = {graph.cost};
  updates.replaces = {-1};
  const auto replace = [&](std::size_t leaf, const Tensor& value) {
    if (value.shape() != graph.leaves[leaf].shape()) return;
    graph.roots.push_back(value);
    updates.replaces.push_back(static_cast<int>(leaf));
  };
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const Tensor &p = parameters[k], g = gradients[k] * 1e-3;
    const auto other = static_cast<std::size_t>(pick(0, static_cast<int>(parameters.size()) - 1));
    switch (pick(0, 5)) {
      case 0: break;
      case 1:
      case 2: replace(k, p - g); break;
      case 3: {
        const std::size_t moment = graph.leaves.size();
        const Tensor m = graph.leaf(dtype, p.shape()) * 0.9 + g;
        replace(moment, m);
        replace(k, p - 0.1 * m);
        break;
      }
      case 4: replace(k, p * 0.9 + sum(parameters[other]) * 1e-2); break;
      default:
        if (parameters[other].rank() == p.rank() && parameters[other].shape() == p.shape())
          replace(k, parameters[other] * 0.5 + p);
    }
  }
  return updates;
}

std::vector<BoundLeaf> bound(const compiler::Graph& graph) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> uniform(0.3, 1.5);
  std::vector<BoundLeaf> leaves;
  for (const Tensor& tensor : graph.leaves) {
    const Node& leaf = *tensor.node();
    BoundLeaf& next = leaves.emplace_back();
    if (leaf.leaf == Leaf::scalar) {
      std::copy(std::begin(leaf.words), std::end(leaf.words), std::begin(next.words));
      continue;
    }
    const auto count = static_cast<std::size_t>(tensor.elements());
    next.buffer = std::make_shared<Buffer>(count * size_of(tensor.dtype()));
    for (std::size_t i = 0; i < count; ++i) {
      const double value = uniform(random);
      const auto narrow = static_cast<float>(value);
      std::byte* to = next.buffer->data() + i * size_of(tensor.dtype());
      tensor.dtype() == f64 ? std::memcpy(to, &value, 8) : std::memcpy(to, &narrow, 4);
    }
  }
  return leaves;
}

std::vector<Value> run(const compiler::Graph& graph, const Backend& backend, int threads, bool held) {
  compiler::Options options;
  options.backend = &backend;
  options.threads = threads;
  const auto program = compiler::compile(graph, options);
  std::vector<BoundLeaf> leaves = bound(graph);
  const std::vector<BoundLeaf> others = held ? leaves : std::vector<BoundLeaf>();
  std::vector<Value> results;
  const std::vector<BufferRef> buffers = program->run(leaves);
  for (std::size_t r = 0; r < buffers.size(); ++r) {
    const Type type{graph.roots[r].dtype(), graph.roots[r].shape()};
    const auto bytes = static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype);
    results.push_back({type, {buffers[r]->data(), buffers[r]->data() + bytes}});
  }
  return results;
}

TEST(Overwrite, RandomUpdatesInPlaceAreThoseOfCopies) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    const DType dtype = seed % 2 == 0 ? f32 : f64;
    const Updates updates = random_updates(seed, dtype);
    const compiler::Graph graph = graph_of(updates.graph.leaves, updates.graph.roots, updates.replaces);
    const auto right = run(graph, reference_backend(), 1, true);
    for (int threads : {1, 3}) {
      const auto copied = run(graph, cpu_backend(), threads, true);
      const auto in_place = run(graph, cpu_backend(), threads, false);
      for (std::size_t r = 0; r < right.size(); ++r) {
        EXPECT_EQ(copied[r].bytes == in_place[r].bytes, true) << "seed " << seed << ", root " << r;
        EXPECT_LE(distance(numbers(in_place[r]), numbers(right[r])), dtype == f64 ? 1e-8 : 1e-2)
            << "seed " << seed << ", root " << r << ", " << threads << " threads";
      }
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace luge::testing
