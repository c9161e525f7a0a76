// Node: one application of an op, or a leaf. Only its values, its reference counts and its cut change.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "core/buffer.h"
#include "core/inline_vector.h"
#include "graph/op.h"
#include "graph/type.h"
#include "luge/tensor.h"

namespace luge {

struct Slot;

/// Where a leaf's elements come from.
enum class Leaf : std::uint8_t {
  none,      // not a leaf: an op computes it
  data,      // elements given when the node was made
  scalar,    // one number, bound at run time; programs know only whether it is 0, 1 or another
  key,       // a random key {seed, draw}: i64[2], bound at run time
  argument,  // placeholder, argument of a compiled function, leaf of a specialized graph
  read,      // one version of a Variable; may have an input: the value assigned but not evaluated yet
  typed,     // only a type: an input whose elements are not read
};

struct Edge {  // an owning reference between nodes
  Node* node;
  int out;
};

struct Output {
  Type type;
  BufferRef value;                        // set once evaluated
  std::atomic<std::uint32_t> handles{0};  // number of Tensors that refer to it
  Output(Type t) : type(std::move(t)) {}
  Output(Output&& other) noexcept : type(std::move(other.type)), value(std::move(other.value)) {}
};

struct Node {
  std::atomic<std::uint32_t> refs{0};  // handles of all outputs + edges
  Leaf leaf = Leaf::none;
  bool requires_grad = false;             // depends on a trainable Variable or an argument
  std::atomic<bool> cut{false};           // its inputs were released after evaluation
  bool grad_root = false;                 // is in the list of roots below
  bool barrier = false;                   // never merged with an equal node (checkpoint's recomputation)
  std::atomic<std::uint32_t> pending{0};  // longest chain of unevaluated nodes ending here; 0: in memory
  std::uint64_t sequence = 0;             // creation order: inputs come before their users
  OpRef op;
  InlineVector<Edge, 3> inputs;
  InlineVector<Output, 1> outputs;
  Node* next_dying = nullptr;  // in the list of nodes that `release` frees
  // leaves only
  std::int64_t words[2] = {0, 0};  // scalar: bits of the double, the integer; key: seed, draw
  std::weak_ptr<Slot> slot;        // read: the slot holds its current read node, so not the other way round
  std::string label;               // argument: its name; cut without a value: why

  // A training step makes and frees hundreds: their memory is kept for the next ones.
  static void* operator new(std::size_t bytes);
  static void operator delete(void* memory);

  double scalar_value() const;
  bool evaluated(int out) const { return outputs[static_cast<std::size_t>(out)].value != nullptr; }
};

void retain(Node* node);
/// Drops a reference; frees the node and whatever it alone kept, without recursion.
void release(Node* node);

/// Locked while values are set, inputs are cut or a graph is walked. Building a graph does not need it.
std::recursive_mutex& engine_mutex();

/// While one lives on a thread, long chains do not evaluate themselves (passes, grad and traces build graphs
/// that must stay as they are).
class Building {
 public:
  Building();
  ~Building();
  Building(const Building&) = delete;
  Building& operator=(const Building&) = delete;
};

/// New leaves (one handle each).
Tensor data_leaf(BufferRef buffer, Type type);
Tensor key_leaf(std::int64_t seed, std::int64_t draw);
/// A version of a Variable; `value` is its content, evaluated or not, or empty for a read inside a trace.
Tensor read_leaf(std::shared_ptr<Slot> slot, const Type& type, bool trainable, const Tensor& value);
Tensor argument_leaf(Type type, std::string label, bool requires_grad = true);
Tensor typed_leaf(Type type);

/// Releases the inputs of a node whose needed values are in memory. Marks it, so that a gradient through it
/// throws.
void cut(Node* node);

/// Remembers the root whose gradients with respect to the targets were taken. A step that replaces the
/// targets evaluates the root with them: its value is seldom needed for the gradients, but it may be read
/// afterwards.
void remember_grad_root(const Tensor& root, std::span<const Tensor> targets);
/// Live roots of gradients with respect to any of these nodes.
Tensors grad_roots(std::span<const Node* const> targets);
/// Forgets them after the step: they need not be evaluated with the next one.
void forget_grad_roots(std::span<const Node* const> targets);

/// Nodes reachable from the roots, inputs before users, each once; iterative. `stop(node)` true: its inputs
/// are not visited (the node itself is listed).
template <class Stop>
std::vector<Node*> topological(std::span<const Tensor> roots, Stop stop);
std::vector<Node*> topological(std::span<const Tensor> roots);

/// Sequence number the next node will get or exceed.
std::uint64_t latest_sequence();

/// A handle per input / output of a node.
Tensor input_of(const Node& node, std::size_t k);
Tensor output_of(Node& node, std::size_t k);
Types input_types(const Node& node);

}  // namespace luge

#include "graph/topological.inl"
