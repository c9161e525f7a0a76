// Identities and common subexpressions. What nothing needs any more is dropped by the rewriting itself.
#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "compile/edge.h"
#include "compile/passes.h"
#include "ops/attributes/reshape.h"
#include "ops/attributes/transpose.h"

namespace luge::compiler {
namespace {

Instruction instruction_of(const Tensor& tensor) {
  const Node* node = tensor.node();
  return node->leaf == Leaf::none ? node->op->instruction() : Instruction::none;
}

bool is_broadcast(const Tensor& tensor) {
  const Node* node = tensor.node();
  return node->leaf == Leaf::none && tensor.output() == 0 && node->op->traits().broadcast;
}

// 0 or 1, of which alone a program may know; also where it is repeated, reshaped or converted first.
std::optional<double> constant_of(Tensor tensor) {
  for (int depth = 0; depth < 8; ++depth) {
    const Node* node = tensor.node();
    if (node->leaf == Leaf::scalar) {
      const double value = node->scalar_value();
      if (value == 0 || value == 1) return value;
      return std::nullopt;
    }
    const bool repeats = node->leaf == Leaf::none && (is_broadcast(tensor) || node->op->traits().alias ||
                                                      instruction_of(tensor) == Instruction::cast);
    if (!repeats) return std::nullopt;
    tensor = input_of(*node, 0);
  }
  return std::nullopt;
}

bool is_constant(const Tensor& tensor, double value) { return constant_of(tensor) == value; }

// Ops that undo each other.
bool undoes(const Node& outer, const Node& inner) {
  switch (outer.op->instruction()) {
    case Instruction::neg: return inner.op->instruction() == Instruction::neg;
    case Instruction::logical_not: return inner.op->instruction() == Instruction::logical_not;
    default: break;
  }
  const auto *first = inner.op->attributes<TransposeAttributes>(),
             *second = outer.op->attributes<TransposeAttributes>();
  if (!first || !second) return false;
  for (std::size_t k = 0; k < second->order.size(); ++k) {
    if (first->order[static_cast<std::size_t>(second->order[k])] != static_cast<std::int64_t>(k))
      return false;
  }
  return !second->order.empty();
}

class Simplifier {
 public:
  explicit Simplifier(const Graph& graph) {
    for (const Tensor& leaf : graph.leaves) bound_.insert(leaf.node());
  }

  Tensors operator()(Node& node, const Tensors& given) {
    Tensors inputs = given;
    for (Tensor& input : inputs) input = number_once(input);
    if (node.outputs.size() == 1) {
      skip_broadcasts(node, inputs);
      const Tensor same = identity(node, inputs);
      if (same.defined() && type_of(same) == node.outputs[0].type) return {same};
      if (const Tensor direct = reshape_once(node, inputs); direct.defined()) return {direct};
    }
    if (node.barrier || node.op->traits().random || widens(node)) return rebuild(node, inputs);
    return merge(node, inputs);
  }

 private:
  // float32 made again of 16 bits costs less than it takes to keep it.
  static bool widens(const Node& node) {
    return node.op->instruction() == Instruction::cast && node.outputs[0].type.dtype == f32 &&
           size_of(input_of(node, 0).dtype()) == 2 && is_floating(input_of(node, 0).dtype());
  }
  // Decompositions bring the same numbers along again and again.
  Tensor number_once(const Tensor& input) {
    const Node& node = *input.node();
    if (node.leaf != Leaf::scalar || bound_.contains(&node)) return input;
    return numbers_.try_emplace({input.dtype(), node.words[0], node.words[1]}, input).first->second;
  }
  // An elementwise op broadcasts by itself: an operand need not be repeated first.
  static void skip_broadcasts(const Node& node, Tensors& inputs) {
    const Instruction instruction = node.op->instruction();
    if (instruction == Instruction::none || instruction == Instruction::random_uniform) return;
    for (Tensor& input : inputs) {
      if (!is_broadcast(input)) continue;
      const Tensor kept = std::exchange(input, input_of(*input.node(), 0));
      if (broadcast_shape(inputs) != node.outputs[0].type.shape) input = kept;
    }
  }

  static Shape broadcast_shape(const Tensors& inputs) {
    std::vector<std::int64_t> extents;
    for (const Tensor& input : inputs) {
      const Shape& shape = type_of(input).shape;
      const auto rank = static_cast<std::size_t>(shape.rank());
      if (rank > extents.size()) extents.insert(extents.begin(), rank - extents.size(), 1);
      for (std::size_t k = 0; k < rank; ++k) {
        std::int64_t& extent = extents[extents.size() - rank + k];
        if (extent == 1) extent = shape[static_cast<int>(k)];
      }
    }
    return Shape(std::span<const std::int64_t>(extents));
  }

  // An input that is the result already (its type is checked by the caller), or empty.
  static Tensor identity(const Node& node, const Tensors& in) {
    if (in.empty() || in[0].node()->leaf == Leaf::typed) return {};
    const bool has_source = in[0].node()->leaf == Leaf::none;
    if (has_source && undoes(node, *in[0].node())) return input_of(*in[0].node(), 0);
    switch (node.op->instruction()) {
      case Instruction::copy:
      case Instruction::cast: return in[0];
      case Instruction::add:
        if (is_constant(in[0], 0)) return in[1];
        return is_constant(in[1], 0) ? in[0] : Tensor();
      case Instruction::sub: return is_constant(in[1], 0) ? in[0] : Tensor();
      case Instruction::mul:
        if (is_constant(in[0], 1)) return in[1];
        return is_constant(in[1], 1) ? in[0] : Tensor();
      case Instruction::div:
      case Instruction::pow: return is_constant(in[1], 1) ? in[0] : Tensor();
      default: break;
    }
    const Traits& traits = node.op->traits();
    return traits.alias || traits.broadcast || traits.identity_at_same_type ? in[0] : Tensor();
  }

  // A reshape of a reshape reads the elements where they were first.
  static Tensor reshape_once(Node& node, const Tensors& in) {
    if (!node.op->traits().alias || in[0].node()->leaf != Leaf::none || !in[0].node()->op->traits().alias)
      return {};
    if (in[0].output() != 0) return {};
    const Tensor source = input_of(*in[0].node(), 0);
    const Type& wanted = node.outputs[0].type;
    if (type_of(source) == wanted) return source;
    return make_single(reshape_op(wanted.shape), std::span(&source, 1));
  }

  // The node that computes this already, or a new one that later ones meet.
  Tensors merge(Node& node, const Tensors& inputs) {
    std::uint64_t hash = node.op->hash();
    for (std::size_t k = 0; k < inputs.size(); ++k) fields_detail::mix(hash, word_of(node, inputs[k], k));
    auto [begin, end] = seen_.equal_range(hash);
    for (auto it = begin; it != end; ++it) {
      if (same(node, inputs, *it->second)) {
        Tensors outputs;
        for (std::size_t k = 0; k < node.outputs.size(); ++k) outputs.push_back(output_of(*it->second, k));
        return outputs;
      }
    }
    Tensors outputs = rebuild(node, inputs);
    seen_.emplace(hash, outputs[0].node());
    return outputs;
  }

  static std::uint64_t word_of(const Node& node, const Tensor& input, std::size_t k) {
    if (!node.op->traits().is_type_only(k))
      return std::bit_cast<std::uintptr_t>(input.node()) + static_cast<std::uint64_t>(input.output());
    std::uint64_t word = static_cast<std::uint64_t>(input.dtype());
    for (std::int64_t extent : type_of(input).shape)
      fields_detail::mix(word, static_cast<std::uint64_t>(extent));
    return word;
  }

  static bool same(const Node& node, const Tensors& inputs, const Node& other) {
    if (!node.op->equal(*other.op) || inputs.size() != other.inputs.size()) return false;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const Edge& edge = other.inputs[k];
      const bool meets = node.op->traits().is_type_only(k)
                             ? type_of(inputs[k]) == type_of(edge)
                             : inputs[k].node() == edge.node && inputs[k].output() == edge.out;
      if (!meets) return false;
    }
    return true;
  }

  std::unordered_set<const Node*> bound_;
  std::map<std::tuple<DType, std::int64_t, std::int64_t>, Tensor> numbers_;
  std::unordered_multimap<std::uint64_t, Node*> seen_;
};

}  // namespace

Graph simplify(const Graph& graph, const Options&) {
  // The rewriting holds every node it was given until it ends, so the addresses in the table stay theirs.
  return rewrite(graph, Simplifier(graph));
}

}  // namespace luge::compiler
