// gru: a layer of gated recurrent units over a whole sequence. gru_backward: the way back through time, as
// far as the products with the input and the weights, which are ordinary matmuls over all steps at once.
#include <fmt/format.h>

#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "ops/gru_reset_before.h"
#include "ops/recurrent.h"

namespace luge {
namespace {

// inputs: w_hh, gates (r, z, n, product of n), h before every step, gradients of all h and of the last h
struct GruBackward : Op<GruBackward, RecurrentAttributes> {
  static constexpr auto name = "gru_backward";

  Types infer(const Types& in) const {
    check_inputs(name, in, 5);
    const RecurrentExtents e = check_recurrent_gates(name, *this, in[1], 4, in[0], 3);
    for (std::size_t k = 2; k < in.size(); ++k) check_same_dtype(name, in[0], in[k]);
    check_sequence(name, "states", in[2], *this, e, e.units);
    check_sequence(name, "output gradient", in[3], *this, e, e.units);
    check_state(name, "state gradient", in[4], e);
    const Type product = sequence_type(*this, in[0].dtype, e, luge::product(name, {3, e.units}, 0, 2));
    return {product, product, {in[0].dtype, Shape{e.batch, e.units}}};
  }

  Tensors decompose(const Tensors& in) const {
    const int time = time_axis(*this);
    const std::int64_t steps = steps_of(name, *this, in[1]);
    Tensor dh = in[4];
    Tensors of_input(static_cast<std::size_t>(steps)), of_state(static_cast<std::size_t>(steps));
    for (std::int64_t t = steps; t-- > 0;) {
      const Tensors gate = chunk(select(in[1], time, t), 4, -1);
      const Tensor &r = gate[0], &z = gate[1], &n = gate[2], &product = gate[3];
      dh = dh + select(in[3], time, t);
      const Tensor difference = select(in[2], time, t) - n;
      const Tensor dn = dh * (1 - z) * (1 - square(n)), dz = dh * difference * z * (1 - z);
      const Tensor dr = dn * product * r * (1 - r);
      of_input[static_cast<std::size_t>(t)] = concat({dr, dz, dn}, -1);
      of_state[static_cast<std::size_t>(t)] = concat({dr, dz, dn * r}, -1);
      dh = dh * z + matmul(of_state[static_cast<std::size_t>(t)], in[0]);
    }
    return {stack(of_input, time), stack(of_state, time), dh};
  }
};
const Registered<GruBackward> registered_backward_gru;

struct Gru : Op<Gru, RecurrentAttributes> {  // inputs: x, w_ih, w_hh, b_ih, b_hh and perhaps h0
  static constexpr auto name = "gru";
  static constexpr Traits traits{.cost = 1000, .residuals_from = 2};

  Types infer(const Types& in) const {
    check_inputs(name, in, 5, 6);
    const RecurrentExtents e = check_recurrent(name, *this, in[0], in[1], in[2], 3);
    for (std::size_t k = 3; k < in.size(); ++k) check_same_dtype(name, in[0], in[k]);
    for (std::size_t k = 3; k < 5; ++k) {
      check_rank(name, "bias", in[k], 1);
      if (e.units >= 0) check_extent(name, "bias", in[k], 0, product(name, {3, e.units}, 0, 2));
    }
    if (in.size() == 6) check_state(name, "h0", in[5], e);
    const DType dtype = in[0].dtype;
    const std::int64_t wide = product(name, {4, e.units}, 0, 2);
    const Type all = sequence_type(*this, dtype, e, e.units);
    return {all, {dtype, Shape{e.batch, e.units}}, sequence_type(*this, dtype, e, wide), all};
  }

  Tensors decompose(const Tensors& in) const {
    const int time = time_axis(*this);
    const std::int64_t steps = steps_of(name, *this, in[0]);
    const Tensor projected = linear(in[0], in[1], in[3]);
    Tensor h = in.size() == 6 ? in[5] : Tensor();
    Tensors outputs, gates;
    for (std::int64_t t = 0; t < steps; ++t) {
      const Tensors of_input = chunk(select(projected, time, t), 3, -1);
      const Tensor before = select(projected, time, t);
      const Tensor product = h.defined() ? linear(h, in[2], in[4]) : broadcast_like(in[4], before);
      const Tensors of_state = chunk(product, 3, -1);
      const Tensor r = sigmoid(of_input[0] + of_state[0]), z = sigmoid(of_input[1] + of_state[1]);
      const Tensor n = tanh(of_input[2] + r * of_state[2]);
      h = h.defined() ? n + z * (h - n) : n - z * n;
      outputs.push_back(h);
      gates.push_back(concat({r, z, n, of_state[2]}, -1));
    }
    const Tensor y = stack(outputs, time);
    return {y, h, stack(gates, time), states_before(*this, y, in.size() == 6 ? in[5] : Tensor())};
  }

  Tensors gradient(const GradientCall& c) const {
    const auto given = [&](std::size_t k) { return c.g[k].defined() ? c.g[k] : zeros_like(c.out[k]); };
    const Tensors parts = make_all<GruBackward>(*this, c.in[2], c.out[2], c.out[3], given(0), given(1));
    Tensors result(c.in.size());
    if (c.needs[0]) result[0] = matmul(parts[0], c.in[1]);
    if (c.needs[1]) result[1] = weight_gradient(parts[0], c.in[0]);
    if (c.needs[2]) result[2] = weight_gradient(parts[1], c.out[3]);
    if (c.needs[3]) result[3] = sum_like(parts[0], c.in[3]);
    if (c.needs[4]) result[4] = sum_like(parts[1], c.in[4]);
    if (c.in.size() == 6 && c.needs[5]) result[5] = parts[2];
    return result;
  }
};
const Registered<Gru> registered_gru;

}  // namespace

GruOutput gru(const Tensor& x, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih, const Tensor& b_hh,
              const GruOptions& options, const Tensor& h0) {
  const RecurrentAttributes attributes{.batch_first = options.batch_first};
  if (b_ih.defined() != b_hh.defined()) {
    throw ValueError("gru: got one of b_ih and b_hh; expected both or neither");
  }
  const Tensor none = b_ih.defined() ? Tensor() : zeros_like(select(w_hh, 1, 0));
  if (!options.reset_after) {
    const Tensor bias = b_ih.defined() ? b_ih + b_hh : none;
    return gru_reset_before(x, w_ih, w_hh, bias, options.batch_first, h0);
  }
  const Tensor &input_bias = b_ih.defined() ? b_ih : none, &state_bias = b_hh.defined() ? b_hh : none;
  const Tensors out = h0.defined() ? make_all<Gru>(attributes, x, w_ih, w_hh, input_bias, state_bias, h0)
                                   : make_all<Gru>(attributes, x, w_ih, w_hh, input_bias, state_bias);
  return {out[0], out[1]};
}

}  // namespace luge
