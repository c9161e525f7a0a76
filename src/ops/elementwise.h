// What the elementwise ops share. Such an op names one instruction; each output element depends on the
// elements at its position, and inputs broadcast without a node of their own.
#pragma once

#include <array>

#include "graph/op_registry.h"
#include "luge/ops/operand.h"
#include "ops/checks.h"

namespace luge {

/// What an elementwise op accepts.
enum class Domain : std::uint8_t { any, number, floating, boolean };

/// One output: the inputs' dtype, checked, and their broadcast shape.
Types elementwise_types(std::string_view op, const Types& in, int arity, Domain domain);
/// The same with a bool output.
Types predicate_types(std::string_view op, const Types& in, int arity, Domain domain);

template <class Self, Instruction I, Domain D = Domain::floating>
struct Unary : Op<Self> {
  static constexpr Instruction instruction = I;
  Types infer(const Types& in) const { return elementwise_types(Self::name, in, 1, D); }
};

template <class Self, Instruction I, Domain D = Domain::number>
struct Binary : Op<Self> {
  static constexpr Instruction instruction = I;
  Types infer(const Types& in) const { return elementwise_types(Self::name, in, 2, D); }
};

template <class Self, Instruction I, Domain D, int Arity = 2>
struct Predicate : Op<Self> {
  static constexpr Instruction instruction = I;
  static constexpr auto no_gradient = "its result is a truth value";
  Types infer(const Types& in) const { return predicate_types(Self::name, in, Arity, D); }
};

/// A number as a rank-0 tensor of `dtype`. Throws DTypeError and ValueError as Operand says.
Tensor number_tensor(std::string_view op, const Scalar& number, DType dtype);
/// Both operands as tensors of one dtype; at least one is a tensor already.
std::array<Tensor, 2> operand_tensors(std::string_view op, const Operand& a, const Operand& b);

template <class O>
Tensor make_binary(const Operand& a, const Operand& b) {
  const std::array<Tensor, 2> operands = operand_tensors(O::name, a, b);
  return make_single(op_ref<O>(), operands);
}

/// The gradients of a broadcasting op: part k is computed only if asked for, and summed to the shape of input
/// k.
Tensor sum_to_input(const GradientCall& call, std::size_t k, const Tensor& gradient);
template <class... Parts>
Tensors gradients(const GradientCall& call, const Parts&... parts) {
  std::size_t k = 0;
  Tensors result;
  result.reserve(sizeof...(parts));
  const auto add_part = [&](const auto& part) {
    result.push_back(call.needs[k] ? sum_to_input(call, k, part()) : Tensor());
    ++k;
  };
  (add_part(parts), ...);
  return result;
}

}  // namespace luge
