#include "support/graph_values.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "compile/pipeline.h"
#include "core/dispatch.h"
#include "support/run_graph.h"

namespace luge::testing {
namespace {

BoundLeaf bound(const Tensor& leaf, std::size_t k, const LeafFill& fill) {
  const Node& node = *leaf.node();
  BoundLeaf result;
  if (node.leaf == Leaf::scalar || node.leaf == Leaf::key) {
    std::copy(std::begin(node.words), std::end(node.words), std::begin(result.words));
    return result;
  }
  const auto bytes = static_cast<std::size_t>(leaf.elements()) * size_of(leaf.dtype());
  result.buffer = std::make_shared<Buffer>(bytes);
  dispatch(leaf.dtype(), [&]<class T>() {
    for (std::int64_t i = 0; i < leaf.elements(); ++i) {
      const T element = convert_element<T>(fill(k, i));
      std::memcpy(result.buffer->data() + static_cast<std::size_t>(i) * sizeof(T),
                  static_cast<const void*>(&element), sizeof element);
    }
  });
  return result;
}

compiler::Options reference_loops() {
  compiler::Options options{.backend = &reference_backend(), .disabled = {"prepack"}};
  for (const compiler::Pass& pass : compiler::passes()) {
    if (pass.name != "decompose") options.disabled.insert(std::string(pass.name));
  }
  return options;
}

}  // namespace

int count_ops(const compiler::Graph& graph, std::string_view name) {
  const std::vector<Node*> nodes = topological(graph.roots);
  return static_cast<int>(std::count_if(nodes.begin(), nodes.end(), [&](const Node* node) {
    return node->leaf == Leaf::none && node->op->name() == name;
  }));
}

double some_number(std::size_t leaf, std::int64_t element) {
  return static_cast<double>((element * 47 + static_cast<std::int64_t>(leaf) * 31) % 113 - 56) / 40;
}

std::vector<std::vector<double>> values_of(const compiler::Graph& graph, const LeafFill& fill) {
  const auto program = compiler::compile(graph, reference_loops());
  std::vector<BoundLeaf> leaves;
  for (std::size_t k = 0; k < graph.leaves.size(); ++k) leaves.push_back(bound(graph.leaves[k], k, fill));
  const std::vector<BufferRef> buffers = program->run(leaves);
  std::vector<std::vector<double>> values;
  for (std::size_t r = 0; r < buffers.size(); ++r) {
    const Type type{graph.roots[r].dtype(), graph.roots[r].shape()};
    const auto bytes = static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype);
    values.push_back(numbers({type, {buffers[r]->data(), buffers[r]->data() + bytes}}));
  }
  return values;
}

void expect_same_values(const compiler::Graph& before, const compiler::Graph& after, double tolerance,
                        const LeafFill& fill) {
  const auto wanted = values_of(before, fill), found = values_of(after, fill);
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t r = 0; r < wanted.size(); ++r) {
    EXPECT_LE(distance(found[r], wanted[r]), tolerance) << "root " << r << " of\n"
                                                        << compiler::to_text(after);
    EXPECT_TRUE(std::any_of(wanted[r].begin(), wanted[r].end(), [](double value) { return value != 0; }))
        << "root " << r << " is 0 everywhere, which shows nothing";
  }
}

}  // namespace luge::testing
