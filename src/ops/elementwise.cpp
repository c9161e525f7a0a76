#include "ops/elementwise.h"

#include <fmt/format.h>

#include "graph/scalar.h"
#include "luge/ops/shape.h"
#include "luge/variable.h"

namespace luge {
namespace {

Type broadcast_type(std::string_view op, const Types& in, int arity, Domain domain) {
  check_inputs(op, in, static_cast<std::size_t>(arity));
  if (arity == 2) check_same_dtype(op, in[0], in[1]);
  switch (domain) {
    case Domain::any: break;
    case Domain::number: check_number(op, in[0]); break;
    case Domain::floating: check_float(op, in[0]); break;
    case Domain::boolean: check_bool(op, in[0]); break;
  }
  if (arity == 1) return in[0];
  return {in[0].dtype, broadcast_shapes(op, in[0], in[1])};
}

}  // namespace

Operand::Operand(const Variable& variable) : tensor_(variable.value()) {}

Types elementwise_types(std::string_view op, const Types& in, int arity, Domain domain) {
  return {broadcast_type(op, in, arity, domain)};
}

Types predicate_types(std::string_view op, const Types& in, int arity, Domain domain) {
  return {Type{DType::boolean, broadcast_type(op, in, arity, domain).shape}};
}

Tensor number_tensor(std::string_view op, const Scalar& number, DType dtype) {
  const bool fits = is_floating(dtype) || (is_integer(dtype) && !number.is_real() && !number.is_bool()) ||
                    (dtype == DType::boolean && number.is_bool());
  if (!fits) {
    throw DTypeError(
        fmt::format("{}: the {} {} is combined with a tensor of {}; nothing is converted silently, write "
                    "cast(x, luge::{})",
                    op,
                    number.is_real()   ? "fractional number"
                    : number.is_bool() ? "truth value"
                                       : "number",
                    number.to_string(), name(dtype),
                    number.is_real()   ? "f32"
                    : number.is_bool() ? "boolean"
                                       : "i64"));
  }
  if (is_integer(dtype) && !holds(dtype, number)) {
    throw ValueError(
        fmt::format("{}: the number {} does not fit in {}", op, number.to_string(), name(dtype)));
  }
  return scalar(number, dtype);
}

std::array<Tensor, 2> operand_tensors(std::string_view op, const Operand& a, const Operand& b) {
  if (a.is_number() && b.is_number()) {
    throw ValueError(fmt::format("{}: got two numbers, expected at least one tensor", op));
  }
  if (a.is_number()) return {number_tensor(op, a.number(), b.tensor().dtype()), b.tensor()};
  if (b.is_number()) return {a.tensor(), number_tensor(op, b.number(), a.tensor().dtype())};
  return {a.tensor(), b.tensor()};
}

Tensor sum_to_input(const GradientCall& call, std::size_t k, const Tensor& gradient) {
  return gradient.defined() ? sum_like(gradient, call.in[k]) : gradient;
}

}  // namespace luge
