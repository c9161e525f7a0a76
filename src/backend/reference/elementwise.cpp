// The generic elementwise loop: any instruction, any dtype, broadcasting operands.
#include <array>
#include <cmath>

#include "backend/reference/instructions.h"
#include "core/philox.h"
#include "ops/attributes/fused.h"

namespace luge {
namespace {

using Strides = std::array<std::int64_t, Shape::max_rank>;

// Elements to advance in `shape` for one step along each axis of `out`; 0 along axes it is broadcast over.
Strides broadcast_strides(const Shape& shape, const Shape& out) {
  Strides strides{};
  std::int64_t step = 1;
  for (int axis = shape.rank() - 1, to = out.rank() - 1; axis >= 0; --axis, --to) {
    if (shape[axis] != 1) strides[static_cast<std::size_t>(to)] = step;
    step *= shape[axis];
  }
  return strides;
}

void draw(const ReferenceCall& call) {
  const auto* words = call.in[0].as<const std::int64_t>();
  const Type& type = call.out[0].type;
  for (std::int64_t i = 0, count = type.shape.elements(); i < count; ++i) {
    const double value = uniform(words[0], words[1], i, type.dtype);
    store_element(type.dtype, call.out[0].data, i, {value, 0}, true);
  }
}

}  // namespace

double uniform(std::int64_t seed, std::int64_t draw, std::int64_t index, DType dtype) {
  const auto bits = [](std::int64_t word) { return static_cast<std::uint64_t>(word); };
  if (dtype == DType::f64) return philox_f64(bits(seed), bits(draw), bits(index));
  const double value = philox_f32(bits(seed), bits(draw), bits(index));
  const double steps = dtype == DType::bf16 ? 256 : dtype == DType::f16 ? 2048 : 16777216;
  return std::floor(value * steps) / steps;
}

void reference_elementwise(Instruction instruction, const ReferenceCall& call) {
  if (instruction == Instruction::random_uniform) return draw(call);
  const Type& out = call.out[0].type;
  const std::size_t operands = static_cast<std::size_t>(arity(instruction));
  std::array<Strides, 3> strides{};
  for (std::size_t k = 0; k < operands; ++k) strides[k] = broadcast_strides(call.in[k].type.shape, out.shape);
  const DType dtype = call.in[operands == 3 ? 1 : 0].type.dtype;

  std::array<std::int64_t, Shape::max_rank> position{};
  std::array<std::int64_t, 3> offset{};
  for (std::int64_t i = 0, count = out.shape.elements(); i < count; ++i) {
    std::array<Element, 3> value;
    for (std::size_t k = 0; k < operands; ++k) {
      value[k] = load_element(call.in[k].type.dtype, call.in[k].data, offset[k]);
    }
    const bool is_cast = instruction == Instruction::cast;
    const Element result = is_cast ? value[0] : apply(instruction, dtype, value[0], value[1], value[2]);
    store_element(out.dtype, call.out[0].data, i, result, is_floating(dtype));
    for (int axis = out.shape.rank() - 1; axis >= 0; --axis) {
      const auto a = static_cast<std::size_t>(axis);
      for (std::size_t k = 0; k < operands; ++k) offset[k] += strides[k][a];
      if (++position[a] < out.shape[axis]) break;
      for (std::size_t k = 0; k < operands; ++k) offset[k] -= strides[k][a] * out.shape[axis];
      position[a] = 0;
    }
  }
}

bool has_loop(const AnyOp& op) {
  return op.has_reference() || op.instruction() != Instruction::none || op.attributes<FusedAttributes>();
}

void run_reference(const AnyOp& op, const ReferenceCall& call) {
  if (op.has_reference()) return op.reference(call);
  if (const auto* fused = op.attributes<FusedAttributes>()) return reference_fused(*fused, call);
  reference_elementwise(op.instruction(), call);
}

}  // namespace luge
