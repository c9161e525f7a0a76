#include "ops/recurrent.h"

#include <fmt/format.h>

#include "luge/ops/linalg.h"
#include "luge/ops/shape.h"

namespace luge {
namespace {

void check_multiple(std::string_view op, std::string_view what, const Type& type, int axis, int parts) {
  const std::int64_t extent = type.shape[axis];
  if (extent < 0 || (extent > 0 && extent % parts == 0)) return;
  throw ShapeError(fmt::format("{}: {} {} has extent {} on axis {}, expected {} equal parts", op, what,
                               type.to_string(), extent, axis, parts));
}

void check_steps(std::string_view op, std::int64_t steps) {
  if (steps == 0) throw ShapeError(fmt::format("{}: the sequence has no steps, expected 1 or more", op));
}

}  // namespace

RecurrentExtents check_recurrent(std::string_view op, const RecurrentAttributes& a, const Type& x,
                                 const Type& w_ih, const Type& w_hh, int gates) {
  check_float(op, x);
  check_same_dtype(op, x, w_ih);
  check_same_dtype(op, x, w_hh);
  check_rank(op, "sequence", x, 3);
  check_rank(op, "input weight", w_ih, 2);
  check_rank(op, "state weight", w_hh, 2);
  check_multiple(op, "input weight", w_ih, 0, gates);
  check_multiple(op, "state weight", w_hh, 0, gates);
  const std::int64_t rows = known_of(w_ih.shape[0], w_hh.shape[0]);
  const std::int64_t units = known_of(w_hh.shape[1], rows < 0 ? rows : rows / gates);
  if (units >= 0) {
    check_extent(op, "input weight", w_ih, 0, product(op, {gates, units}, 0, 2));
    check_extent(op, "state weight", w_hh, 0, product(op, {gates, units}, 0, 2));
  }
  check_extent(op, "sequence", x, 2, w_ih.shape[1]);
  check_steps(op, x.shape[time_axis(a)]);
  return {x.shape[time_axis(a)], x.shape[batch_axis(a)], units};
}

RecurrentExtents check_recurrent_gates(std::string_view op, const RecurrentAttributes& a, const Type& gates,
                                       int parts, const Type& w_hh, int weight_parts) {
  check_float(op, gates);
  check_same_dtype(op, gates, w_hh);
  check_rank(op, "gates", gates, 3);
  check_rank(op, "state weight", w_hh, 2);
  const std::int64_t units = w_hh.shape[1];
  if (units >= 0) {
    check_extent(op, "state weight", w_hh, 0, product(op, {weight_parts, units}, 0, 2));
    check_extent(op, "gates", gates, 2, product(op, {parts, units}, 0, 2));
  }
  check_steps(op, gates.shape[time_axis(a)]);
  return {gates.shape[time_axis(a)], gates.shape[batch_axis(a)], units};
}

Type sequence_type(const RecurrentAttributes& a, DType dtype, const RecurrentExtents& e, std::int64_t last) {
  if (a.batch_first) return {dtype, Shape{e.batch, e.steps, last}};
  return {dtype, Shape{e.steps, e.batch, last}};
}

void check_sequence(std::string_view op, std::string_view what, const Type& type,
                    const RecurrentAttributes& a, const RecurrentExtents& e, std::int64_t last) {
  check_same_shape(op, what, type, "sequence", sequence_type(a, type.dtype, e, last));
}

void check_state(std::string_view op, std::string_view what, const Type& type, const RecurrentExtents& e) {
  check_same_shape(op, what, type, "state", {type.dtype, Shape{e.batch, e.units}});
}

std::int64_t steps_of(std::string_view op, const RecurrentAttributes& a, const Tensor& sequence) {
  const std::int64_t steps = sequence.shape()[time_axis(a)];
  if (steps >= 0) return steps;
  throw GraphError(
      fmt::format("{}: the number of steps of {} must be known, because the layer is expanded step by step; "
                  "give it when the graph is built",
                  op, sequence.shape().to_string()));
}

Tensor states_before(const RecurrentAttributes& a, const Tensor& y, const Tensor& first) {
  const int time = time_axis(a);
  const Tensor start = first.defined() ? first : zeros_like(select(y, time, 0));
  return concat({unsqueeze(start, time), slice(y, {.axis = time, .stop = -1})}, time);
}

Tensor weight_gradient(const Tensor& product_gradient, const Tensor& s) {
  return matmul(flatten(product_gradient, 0, 1), flatten(s, 0, 1), {.transpose_a = true});
}

}  // namespace luge
