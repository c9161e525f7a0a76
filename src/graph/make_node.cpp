// Construction: an op applied to inputs becomes a node, and a chain that has grown long is evaluated.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <limits>
#include <memory>
#include <utility>

#include "graph/evaluator.h"
#include "graph/node.h"
#include "graph/node_parts.h"
#include "graph/scoped_names.h"

namespace luge {
namespace {

std::atomic<std::uint64_t> next_sequence{1};
thread_local int building = 0;

// A chain this long evaluates itself, so that a metric summed over a whole epoch stays small.
constexpr std::uint32_t chain_limit = 1000;

// A chain whose history is kept for gradients is looked at ever more seldom: evaluating it would free
// nothing.
bool chain_is_due(std::uint32_t length, bool requires_grad) {
  if (length < chain_limit || length % chain_limit != 0) return false;
  return !requires_grad || std::has_single_bit(length / chain_limit);
}

std::string describe_inputs(std::span<const Tensor> inputs) {
  std::string text;
  for (const Tensor& input : inputs) {
    text += text.empty() ? "" : ", ";
    text += input.defined() ? Type{input.dtype(), input.shape()}.to_string() : "empty";
  }
  return text;
}

// A value that no memory can hold fails here, at the user's line.
void check_size(std::string_view op, const Type& type) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() - 4096;  // room for padding
  Shape counted = type.shape;  // strides count past an extent of 0
  for (int axis = 0; axis < counted.rank(); ++axis) {
    if (counted[axis] == 0) counted = counted.with(axis, 1);
  }
  if (counted.elements() > most / static_cast<std::int64_t>(size_of(type.dtype))) {
    throw ShapeError(fmt::format("{}: {} needs more bytes than 64 bits count", op, type.to_string()));
  }
}

Node* new_node(OpRef op, std::span<const Tensor> inputs) {
  Types types;
  for (const Tensor& input : inputs) {
    if (!input.defined()) {
      throw StateError(
          fmt::format("{}: operand {} of ({}) is an empty tensor (default-constructed or moved from)",
                      op->name(), &input - inputs.data(), describe_inputs(inputs)));
    }
    const Output& output = input.node()->outputs[static_cast<std::size_t>(input.output())];
    types.push_back(output.type);
  }
  Types inferred = op->infer(types);
  auto node = std::make_unique<Node>();
  node->sequence = take_sequence();
  for (Type& type : inferred) {
    if (type.shape.known()) check_size(op->name(), type);
    node->outputs.emplace_back(std::move(type));
  }
  std::uint32_t pending = 0;
  node->inputs.reserve(inputs.size());
  for (const Tensor& input : inputs) {
    Node* source = input.node();
    retain(source);
    node->inputs.push_back({source, input.output()});
    pending = std::max(pending, source->pending.load(std::memory_order_relaxed));
    node->requires_grad |= source->requires_grad;
  }
  node->pending.store(pending + 1, std::memory_order_relaxed);
  node->op = std::move(op);
  return node.release();
}

void watch_chain(const Tensor& made) {
  const Node* node = made.node();
  if (building == 0 && chain_is_due(node->pending.load(std::memory_order_relaxed), node->requires_grad))
    evaluator().shorten_chain(made);
}

}  // namespace

std::uint64_t take_sequence() {
  const std::uint64_t taken = next_sequence.fetch_add(1, std::memory_order_relaxed);
  if (open_scope) note_scope(taken);
  return taken;
}
std::uint64_t latest_sequence() { return next_sequence.load(std::memory_order_relaxed); }

Building::Building() { ++building; }
Building::~Building() { --building; }

Tensors make_node(OpRef op, std::span<const Tensor> inputs) {
  Tensors outputs;
  outputs.push_back(Tensor(new_node(std::move(op), inputs), 0));
  Node* node = outputs[0].node();
  outputs.reserve(node->outputs.size());
  for (std::size_t k = 1; k < node->outputs.size(); ++k) outputs.emplace_back(node, static_cast<int>(k));
  watch_chain(outputs[0]);
  return outputs;
}

Tensor make_single(OpRef op, std::span<const Tensor> inputs) {
  Tensor made(new_node(std::move(op), inputs), 0);
  watch_chain(made);
  return made;
}

}  // namespace luge
