#include "support/run_graph.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "compile/graph.h"
#include "compile/pipeline.h"
#include "core/dispatch.h"

namespace luge::testing {
namespace {

BoundLeaf bound(const Node& leaf, const Value* value) {
  BoundLeaf result;
  if (leaf.leaf == Leaf::scalar || leaf.leaf == Leaf::key) {
    std::copy(std::begin(leaf.words), std::end(leaf.words), std::begin(result.words));
    return result;
  }
  result.buffer = std::make_shared<Buffer>(value->bytes.size());
  if (!value->bytes.empty()) std::memcpy(result.buffer->data(), value->bytes.data(), value->bytes.size());
  return result;
}

}  // namespace

Value value_of(const Tensor& tensor) {
  const auto bytes = tensor.bytes();
  return {{tensor.dtype(), tensor.shape()}, {bytes.begin(), bytes.end()}};
}

Tensor tensor_of(const Value& value) {
  return tensor_from_bytes(value.bytes, value.type.dtype, value.type.shape);
}

std::vector<double> numbers(const Value& value) {
  std::vector<double> result;
  dispatch(value.type.dtype, [&]<class T>() {
    for (std::size_t at = 0; at < value.bytes.size(); at += sizeof(T)) {
      T element;
      std::memcpy(static_cast<void*>(&element), value.bytes.data() + at, sizeof element);
      result.push_back(convert_element<double>(element));
    }
  });
  return result;
}

std::vector<Value> run_graph(const Tensors& roots, const Tensors& leaves, const std::vector<Value>& inputs,
                             const RunOptions& options) {
  Tensors all = leaves;
  std::vector<Type> types;
  for (const Value& input : inputs) types.push_back(input.type);
  for (Node* node : topological(roots)) {
    if (node->leaf != Leaf::scalar && node->leaf != Leaf::key) continue;
    all.push_back(output_of(*node, 0));
    types.push_back(node->outputs[0].type);
  }
  const compiler::Graph graph = compiler::specialize(roots, all, types, std::vector<int>(roots.size(), -1));
  compiler::Options compile_options;
  compile_options.backend = options.backend;
  compile_options.disabled = options.disabled;
  compile_options.precision = options.precision;
  compile_options.always_bf16 = true;
  compile_options.threads = options.threads;
  compile_options.memory = options.memory;
  const auto program = compiler::compile(graph, compile_options);
  std::vector<BoundLeaf> bindings;
  for (std::size_t k = 0; k < all.size(); ++k) {
    bindings.push_back(bound(*all[k].node(), k < inputs.size() ? &inputs[k] : nullptr));
  }
  std::vector<Value> results;
  const std::vector<BufferRef> buffers = program->run(bindings);
  for (std::size_t k = 0; k < buffers.size(); ++k) {
    const Tensor& root = graph.roots[k];
    const Type type{root.dtype(), root.shape()};
    const auto bytes = static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype);
    results.push_back({type, {buffers[k]->data(), buffers[k]->data() + bytes}});
  }
  return results;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (a.size() != b.size()) return infinity;
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    const double off = std::abs(a[i] - b[i]) / std::max(1.0, std::abs(b[i]));
    largest = std::max(largest, std::isfinite(off) ? off : infinity);
  }
  return largest;
}

}  // namespace luge::testing
