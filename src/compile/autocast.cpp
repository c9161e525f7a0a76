// precision = bf16. Products (matmul, convolutions and their gradients) multiply bfloat16 and sum in float32;
// what lies between them is passed on in bfloat16, which halves the memory it moves through. What an op makes
// of such operands is its own trait (Traits::narrowing). Leaves and roots keep their dtypes: Variables, their
// gradients and optimizer state are float32.
//
// Values that the user made bfloat16 stay what they are; only float32 ones may be narrowed.
#include <algorithm>
#include <span>
#include <unordered_map>
#include <vector>

#include "compile/edge.h"
#include "compile/kernel_choice.h"
#include "compile/passes.h"
#include "ops/attributes/cast.h"

namespace luge::compiler {
namespace {

bool type_only(const Node& node, std::size_t k) { return node.op->traits().is_type_only(k); }
bool stays_wide(const Node& node, std::size_t k) { return node.op->traits().keeps_wide(k); }
Tensor cast(const Tensor& x, DType dtype) { return make_single(cast_op(dtype), std::span(&x, 1)); }

Narrowing narrowing(const Node& node) { return node.op->traits().narrowing; }

/// The values that end in a product when they are passed on in bfloat16. The others are better kept whole.
class Demand {
 public:
  explicit Demand(const Graph& graph) {
    const std::vector<Node*> nodes = topological(graph.roots);
    for (auto user = nodes.rbegin(); user != nodes.rend(); ++user) {
      if ((*user)->leaf != Leaf::none) continue;
      for (std::size_t k = 0; k < (*user)->inputs.size(); ++k) {
        if (type_only(**user, k)) continue;
        const Node* value = (*user)->inputs[k].node;
        if (passes_on(**user, k)) narrow_[value] = true;
        if (narrowing(**user) == Narrowing::rounds) rounding_[value].push_back(*user);
      }
    }
  }
  bool operator()(const Node& node) const { return narrow_.contains(&node); }
  /// The users of a value that compute in float32 and round their results.
  std::span<const Node* const> rounding_users(const Node& node) const {
    const auto found = rounding_.find(&node);
    return found == rounding_.end() ? std::span<const Node* const>() : found->second;
  }

 private:
  bool passes_on(const Node& user, std::size_t k) const {
    switch (narrowing(user)) {
      case Narrowing::none: return false;
      case Narrowing::products: return !stays_wide(user, k);
      case Narrowing::follows:
      case Narrowing::rounds: break;
    }
    return narrow_.contains(&user);
  }
  std::unordered_map<const Node*, bool> narrow_;
  std::unordered_map<const Node*, std::vector<const Node*>> rounding_;
};

class Autocast {
 public:
  Autocast(const Graph& graph, const Options& options) : demand_(graph), options_(options) {}

  Tensors operator()(Node& node, const Tensors& inputs) {
    switch (narrowing(node)) {
      case Narrowing::none: break;
      case Narrowing::products: return product(node, inputs);
      case Narrowing::follows: return follow(node, inputs);
      case Narrowing::rounds: return round(node, inputs);
    }
    return wide(node, inputs);
  }

 private:
  // Of input k: was float32 in the graph as it came in, and its elements are read.
  static bool float_input(const Node& node, std::size_t k) {
    return !type_only(node, k) && input_of(node, k).dtype() == f32;
  }
  static bool narrowed(const Node& node, const Tensors& inputs, std::size_t k) {
    return float_input(node, k) && inputs[k].dtype() == bf16;
  }

  // One cast serves all users of a value; widening is done again where it is needed, which costs less than to
  // keep the result.
  Tensor to(const Tensor& value, DType dtype) {
    if (value.dtype() == dtype) return value;
    if (dtype != bf16) return cast(value, dtype);
    Tensor& known = casts_[{value.node(), value.output()}];
    if (!known.defined()) known = cast(value, bf16);
    return known;
  }

  Tensors wide(Node& node, const Tensors& given) {
    Tensors inputs = given;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      if (float_input(node, k)) inputs[k] = to(inputs[k], f32);
    }
    return rebuild(node, inputs);
  }

  // Inputs that represent a type become bfloat16 too, unless the result is wanted in float32.
  static Tensor retyped(const Tensor& like, DType dtype) {
    return like.dtype() == f32 && dtype != f32 ? typed_leaf({dtype, like.shape()}) : like;
  }

  Tensors product(Node& node, const Tensors& given) {
    Tensors inputs = given;
    const DType result = demand_(node) ? bf16 : f32;
    bool typed = false;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      if (type_only(node, k)) {
        inputs[k] = retyped(inputs[k], result);
        typed = true;
      } else if (!float_input(node, k)) {
        return wide(node, given);  // of another dtype altogether
      } else {
        inputs[k] = to(inputs[k], stays_wide(node, k) ? f32 : bf16);
      }
    }
    OpRef op = node.op;
    if (!typed && result == f32) {
      if (OpRef widened = op->widened()) op = std::move(widened);
    }
    Tensors outputs = replace(node, std::move(op), inputs);
    return pays(*outputs[0].node(), node, given) ? outputs : wide(node, given);
  }

  // Whether a kernel takes the product in bfloat16, and for less than float32 would cost, conversions
  // counted.
  bool pays(const Node& narrow, const Node& node, const Tensors& given) const {
    const Choice in_bf16 = ask(narrow);
    if (!in_bf16.offer.accepted()) return false;
    if (options_.always_bf16) return true;
    const Choice in_f32 = ask(node);
    if (!in_f32.offer.accepted()) return true;
    double lead = in_f32.offer.cost - in_bf16.offer.cost;
    for (std::size_t k = 0; k < given.size(); ++k) {
      if (!float_input(node, k) || stays_wide(node, k)) continue;
      const double conversion = conversion_cost(given[k].elements());
      lead += given[k].dtype() == bf16 ? conversion : -conversion;
    }
    return lead - widening_cost(node, narrow) >= 0;
  }

  // What float32 kernels after it pay to read a bfloat16 result; elementwise ops widen it on their way.
  double widening_cost(const Node& node, const Node& narrow) const {
    if (narrow.outputs[0].type.dtype != bf16) return 0;
    double cost = 0;
    for (const Node* user : demand_.rounding_users(node)) {
      if (ask(*user).offer.accepted()) cost += conversion_cost(node.outputs[0].type.shape.elements());
    }
    return cost;
  }

  // By loops that all threads share; memory is busy with two of them.
  double conversion_cost(std::int64_t elements) const {
    constexpr double bytes = 6;  // an element read as one and written as the other
    return reorder_cost(0) + bytes / (8e9 * std::min(options_.threads, 2)) * static_cast<double>(elements);
  }

  Choice ask(const Node& node) const {
    const Question question = question_of(node, std::vector<bool>(node.outputs.size(), true));
    return choose(question, options_);
  }

  // A number next to narrowed values: an elementwise op is then computed in float32 and rounded once.
  static bool number(const Node& node, std::size_t k) { return input_of(node, k).shape().rank() == 0; }

  Tensors follow(Node& node, const Tensors& given) {
    bool any = false, mixed = false, numbers = false;
    for (std::size_t k = 0; k < given.size(); ++k) {
      if (!float_input(node, k)) continue;
      if (narrowed(node, given, k)) {
        any = true;
      } else if (number(node, k)) {
        numbers = true;
      } else {
        mixed = true;
      }
    }
    if (!any || mixed) return wide(node, given);
    if (numbers && node.op->instruction() != Instruction::none) return rounded(node, given);
    Tensors inputs = given;
    for (std::size_t k = 0; k < inputs.size(); ++k)
      inputs[k] = type_only(node, k)     ? retyped(inputs[k], bf16)
                  : float_input(node, k) ? to(inputs[k], bf16)
                                         : inputs[k];
    return replace(node, node.op, inputs);
  }

  Tensors round(Node& node, const Tensors& inputs) {
    return narrowed(node, inputs, 0) ? rounded(node, inputs) : wide(node, inputs);
  }

  Tensors rounded(Node& node, const Tensors& inputs) {
    Tensors outputs = wide(node, inputs);
    if (demand_(node) && outputs[0].dtype() == f32) outputs[0] = to(outputs[0], bf16);
    return outputs;
  }

  Demand demand_;
  const Options& options_;
  OutputMap<Tensor> casts_;
};

}  // namespace

Graph autocast(const Graph& graph, const Options& options) {
  if (options.precision != Precision::bf16) return graph;
  const Building building;
  const auto pass = std::make_shared<Autocast>(graph, options);
  Graph result = rewrite(graph, [pass](Node& node, const Tensors& inputs) { return (*pass)(node, inputs); });
  for (std::size_t r = 0; r < result.roots.size(); ++r) {
    if (result.roots[r].dtype() != graph.roots[r].dtype())
      result.roots[r] = cast(result.roots[r], graph.roots[r].dtype());
  }
  return result;
}

}  // namespace luge::compiler
