// Leaves: elements that are given, numbers, keys, arguments and the versions of Variables.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

#include "graph/node.h"
#include "graph/node_parts.h"
#include "graph/scalar.h"
#include "graph/trace.h"

namespace luge {
namespace {

std::unique_ptr<Node> new_leaf(Leaf kind, Type type) {
  auto node = std::make_unique<Node>();
  node->leaf = kind;
  node->sequence = take_sequence();
  node->outputs.emplace_back(std::move(type));
  return node;
}

Tensor handle(std::unique_ptr<Node> node) { return Tensor(node.release(), 0); }

}  // namespace

double Node::scalar_value() const { return std::bit_cast<double>(words[1]); }

Tensor data_leaf(BufferRef buffer, Type type) {
  auto node = new_leaf(Leaf::data, std::move(type));
  node->outputs[0].value = std::move(buffer);
  return handle(std::move(node));
}

Tensor key_leaf(std::int64_t seed, std::int64_t draw) {
  auto node = new_leaf(Leaf::key, {i64, {2}});
  node->words[0] = seed;
  node->words[1] = draw;
  return handle(std::move(node));
}

Tensor argument_leaf(Type type, std::string label, bool requires_grad) {
  auto node = new_leaf(Leaf::argument, std::move(type));
  node->label = std::move(label);
  node->requires_grad = requires_grad;
  return handle(std::move(node));
}

Tensor typed_leaf(Type type) { return handle(new_leaf(Leaf::typed, std::move(type))); }

Tensor read_leaf(std::shared_ptr<Slot> slot, const Type& type, bool trainable, const Tensor& value) {
  auto node = new_leaf(Leaf::read, type);
  node->slot = std::move(slot);
  node->requires_grad = trainable && is_floating(type.dtype);
  if (value.defined()) {
    const std::lock_guard lock(engine_mutex());
    const BufferRef& held = value.node()->outputs[static_cast<std::size_t>(value.output())].value;
    if (held) {
      node->outputs[0].value = held;
    } else {
      retain(value.node());
      node->inputs.push_back({value.node(), value.output()});
      node->pending = value.node()->pending + 1;
    }
  }
  return handle(std::move(node));
}

Tensor scalar(Scalar value, DType dtype) {
  if (value.is_real() && !is_floating(dtype)) {
    throw DTypeError(
        fmt::format("the number {} with a tensor of {}: expected a whole number; write cast(x, f32) first",
                    value.real(), name(dtype)));
  }
  auto node = new_leaf(Leaf::scalar, {dtype, {}});
  // words[0] holds the element's bytes, words[1] its value as a double.
  const auto store = [&](auto element) { std::memcpy(&node->words[0], &element, sizeof element); };
  node->words[1] = std::bit_cast<std::int64_t>(value.real());
  switch (dtype) {
    case DType::f32: store(static_cast<float>(value.real())); break;
    case DType::f64: store(value.real()); break;
    case DType::bf16: store(bfloat16(static_cast<float>(value.real()))); break;
    case DType::f16: store(float16(static_cast<float>(value.real()))); break;
    case DType::boolean: store(static_cast<std::uint8_t>(value.real() != 0)); break;
    default: {
      if (!holds(dtype, value))
        throw ValueError(fmt::format("the number {} does not fit {}", value.to_string(), name(dtype)));
      store(value.whole());  // little-endian: the low bytes are the element
    }
  }
  Trace* trace = current_trace();
  if (!trace) return handle(std::move(node));
  for (const Tensor& known : trace->scalars) {
    const Node* other = known.node();
    if (other->outputs[0].type.dtype == dtype && std::equal(node->words, node->words + 2, other->words))
      return known;
  }
  return trace->scalars.emplace_back(handle(std::move(node)));
}

}  // namespace luge
