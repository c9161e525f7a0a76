#include "graph/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "graph/evaluator.h"
#include "graph/scalar.h"
#include "graph/trace.h"

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

std::unique_ptr<Node> new_leaf(Leaf kind, Type type) {
  auto node = std::make_unique<Node>();
  node->leaf = kind;
  node->sequence = next_sequence.fetch_add(1, std::memory_order_relaxed);
  node->outputs.emplace_back(std::move(type));
  return node;
}

// Not owning: a node leaves the list when it dies.
struct GradRoots {
  struct Entry {
    Node* node;
    int out;
    std::vector<const Node*> targets;  // sorted
    bool has_any_of(std::span<const Node* const> nodes) const {
      return std::any_of(nodes.begin(), nodes.end(), [&](const Node* node) {
        return std::binary_search(targets.begin(), targets.end(), node);
      });
    }
  };
  std::mutex mutex;
  std::vector<Entry> entries;
};
GradRoots& remembered_roots() {
  static GradRoots& roots = *new GradRoots;
  return roots;
}

void forget_grad_root(const Node* node) {
  GradRoots& roots = remembered_roots();
  const std::lock_guard lock(roots.mutex);
  std::erase_if(roots.entries, [&](const GradRoots::Entry& entry) { return entry.node == node; });
}

Tensor handle(std::unique_ptr<Node> node) { return Tensor(node.release(), 0); }

// Blocks of one size, as many as a few large graphs need; each thread has its own.
class NodePool {
 public:
  ~NodePool() {
    for (void* block : blocks_) ::operator delete(block);
    gone_ = true;
  }
  static void* take() {
    NodePool& pool = local();
    if (gone_ || pool.blocks_.empty()) return ::operator new(sizeof(Node));
    void* block = pool.blocks_.back();
    pool.blocks_.pop_back();
    return block;
  }
  static void give(void* block) {
    constexpr std::size_t limit = 16384;
    // Nodes may outlive the pool of the thread that ends.
    if (gone_ || local().blocks_.size() >= limit) return ::operator delete(block);
    try {
      local().blocks_.push_back(block);
    } catch (const std::bad_alloc&) {  // nothing may fail where things end
      ::operator delete(block);
    }
  }

 private:
  static NodePool& local() {
    thread_local NodePool pool;
    return pool;
  }
  static thread_local bool gone_;
  std::vector<void*> blocks_;
};
thread_local bool NodePool::gone_ = false;

std::string describe_inputs(std::span<const Tensor> inputs) {
  std::string text;
  for (const Tensor& input : inputs) {
    text += text.empty() ? "" : ", ";
    text += input.defined() ? Type{input.dtype(), input.shape()}.to_string() : "empty";
  }
  return text;
}

}  // namespace

void* Node::operator new(std::size_t) { return NodePool::take(); }
void Node::operator delete(void* memory) { NodePool::give(memory); }

std::recursive_mutex& engine_mutex() {
  static std::recursive_mutex& mutex = *new std::recursive_mutex;
  return mutex;
}

std::uint64_t latest_sequence() { return next_sequence.load(std::memory_order_relaxed); }

Building::Building() { ++building; }
Building::~Building() { --building; }

void retain(Node* node) { node->refs.fetch_add(1, std::memory_order_relaxed); }

void release(Node* node) {
  if (node->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // A chain of a hundred thousand nodes dies here: a list instead of recursion, linked through the dead nodes
  // themselves, for nothing may fail where things end.
  thread_local Node* dying = nullptr;
  thread_local bool clearing = false;
  node->next_dying = std::exchange(dying, node);
  if (clearing) return;
  clearing = true;
  while (dying) {
    Node* next = std::exchange(dying, dying->next_dying);
    for (const Edge& edge : next->inputs) release(edge.node);
    if (next->grad_root) forget_grad_root(next);
    delete next;  // a read's slot may let go of further nodes: they join the list
  }
  clearing = false;
}

void remember_grad_root(const Tensor& root, std::span<const Tensor> targets) {
  if (root.node()->leaf != Leaf::none) return;
  GradRoots::Entry entry{root.node(), root.output(), {}};
  for (const Tensor& target : targets) {
    if (target.node()->leaf == Leaf::read) entry.targets.push_back(target.node());
  }
  if (entry.targets.empty()) return;
  std::sort(entry.targets.begin(), entry.targets.end());
  root.node()->grad_root = true;
  GradRoots& roots = remembered_roots();
  const std::lock_guard lock(roots.mutex);
  roots.entries.push_back(std::move(entry));
}

Tensors grad_roots(std::span<const Node* const> targets) {
  GradRoots& roots = remembered_roots();
  Tensors found;
  const std::lock_guard lock(roots.mutex);
  for (const GradRoots::Entry& entry : roots.entries) {
    const bool known = std::any_of(found.begin(), found.end(), [&](const Tensor& root) {
      return root.node() == entry.node && root.output() == entry.out;
    });
    // A node on its way out has no references left; taking one would bring it back.
    if (!known && entry.has_any_of(targets) && entry.node->refs.load() > 0)
      found.emplace_back(entry.node, entry.out);
  }
  return found;
}

void forget_grad_roots(std::span<const Node* const> targets) {
  GradRoots& roots = remembered_roots();
  const std::lock_guard lock(roots.mutex);
  std::erase_if(roots.entries, [&](const GradRoots::Entry& entry) { return entry.has_any_of(targets); });
}

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
        fmt::format("the number {} beside a tensor of {}: expected a whole number; write cast(x, f32) first",
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

void cut(Node* node) {
  if (node->cut || node->leaf != Leaf::none) return;
  node->cut = true;
  InlineVector<Edge, 3> inputs = std::move(node->inputs);
  node->inputs.clear();
  for (const Edge& edge : inputs) release(edge.node);
}

namespace {

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
  node->sequence = next_sequence.fetch_add(1, std::memory_order_relaxed);
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

std::vector<Node*> topological(std::span<const Tensor> roots) {
  return topological(roots, [](const Node*) { return false; });
}

Tensor input_of(const Node& node, std::size_t k) { return Tensor(node.inputs[k].node, node.inputs[k].out); }
Tensor output_of(Node& node, std::size_t k) { return Tensor(&node, static_cast<int>(k)); }

Types input_types(const Node& node) {
  Types types;
  for (const Edge& edge : node.inputs)
    types.push_back(edge.node->outputs[static_cast<std::size_t>(edge.out)].type);
  return types;
}

}  // namespace luge
