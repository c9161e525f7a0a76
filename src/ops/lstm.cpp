// lstm: a layer of long short-term memory over a whole sequence. lstm_backward: the way back through time, as
// far as the products with the input and the weights, which are ordinary matmuls over all steps at once.
#include <fmt/format.h>

#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "ops/recurrent.h"

namespace luge {
namespace {

// inputs: w_hh, gates, all c, gradients of all h, of the last h, of the last c, and perhaps c0
struct LstmBackward : Op<LstmBackward, RecurrentAttributes> {
  static constexpr auto name = "lstm_backward";

  Types infer(const Types& in) const {
    check_inputs(name, in, 6, 7);
    const RecurrentExtents e = check_recurrent_gates(name, *this, in[1], 4, in[0], 4);
    for (std::size_t k = 2; k < in.size(); ++k) check_same_dtype(name, in[0], in[k]);
    check_sequence(name, "cells", in[2], *this, e, e.units);
    check_sequence(name, "output gradient", in[3], *this, e, e.units);
    for (std::size_t k = 4; k < in.size(); ++k) check_state(name, "state", in[k], e);
    const Type state{in[0].dtype, Shape{e.batch, e.units}};
    return {in[1], state, state};
  }

  Tensors decompose(const Tensors& in) const {
    const int time = time_axis(*this);
    const std::int64_t steps = steps_of(name, *this, in[1]);
    const Tensor& w_hh = in[0];
    Tensor dh = in[4], dc = in[5];
    Tensors before(static_cast<std::size_t>(steps));
    for (std::int64_t t = steps; t-- > 0;) {
      const Tensors gate = chunk(select(in[1], time, t), 4, -1);
      const Tensor &i = gate[0], &f = gate[1], &g = gate[2], &o = gate[3];
      const Tensor squashed = tanh(select(in[2], time, t));
      dh = dh + select(in[3], time, t);
      dc = dc + dh * o * (1 - square(squashed));
      Tensor df = zeros_like(dc);
      if (t > 0) df = dc * select(in[2], time, t - 1);
      if (t == 0 && in.size() == 7) df = dc * in[6];
      const Tensor d = concat(
          {dc * g * i * (1 - i), df * f * (1 - f), dc * i * (1 - square(g)), dh * squashed * o * (1 - o)},
          -1);
      before[static_cast<std::size_t>(t)] = d;
      dc = dc * f;
      dh = matmul(d, w_hh);
    }
    return {stack(before, time), dh, dc};
  }
};
const Registered<LstmBackward> registered_backward_lstm;

struct Lstm : Op<Lstm, RecurrentAttributes> {  // inputs: x, w_ih, w_hh, b and perhaps h0, c0
  static constexpr auto name = "lstm";
  static constexpr Traits traits{.cost = 1000, .residuals_from = 3};

  Types infer(const Types& in) const {
    check_inputs(name, in, 4, 6);
    if (in.size() == 5)
      throw ValueError(fmt::format("{}: got h0 without c0; expected both or neither", name));
    const RecurrentExtents e = check_recurrent(name, *this, in[0], in[1], in[2], 4);
    for (std::size_t k = 3; k < in.size(); ++k) check_same_dtype(name, in[0], in[k]);
    check_rank(name, "bias", in[3], 1);
    if (e.units >= 0) check_extent(name, "bias", in[3], 0, product(name, {4, e.units}, 0, 2));
    if (in.size() == 6) {
      check_state(name, "h0", in[4], e);
      check_state(name, "c0", in[5], e);
    }
    const DType dtype = in[0].dtype;
    const std::int64_t wide = product(name, {4, e.units}, 0, 2);
    const Type state{dtype, Shape{e.batch, e.units}}, all = sequence_type(*this, dtype, e, e.units);
    return {all, state, state, sequence_type(*this, dtype, e, wide), all, all};
  }

  Tensors decompose(const Tensors& in) const {
    const int time = time_axis(*this);
    const std::int64_t steps = steps_of(name, *this, in[0]);
    const Tensor projected = linear(in[0], in[1], in[3]);
    Tensor h, c;
    if (in.size() == 6) h = in[4], c = in[5];
    Tensors outputs, gates, cells;
    for (std::int64_t t = 0; t < steps; ++t) {
      Tensor before = select(projected, time, t);
      if (h.defined()) before = before + linear(h, in[2]);
      const Tensors part = chunk(before, 4, -1);
      const Tensor i = sigmoid(part[0]), f = sigmoid(part[1]), g = tanh(part[2]), o = sigmoid(part[3]);
      c = c.defined() ? f * c + i * g : i * g;
      h = o * tanh(c);
      outputs.push_back(h);
      cells.push_back(c);
      gates.push_back(concat({i, f, g, o}, -1));
    }
    const Tensor y = stack(outputs, time);
    const Tensor before = states_before(*this, y, in.size() == 6 ? in[4] : Tensor());
    return {y, h, c, stack(gates, time), stack(cells, time), before};
  }

  Tensors gradient(const GradientCall& r) const {
    const auto given = [&](std::size_t k) { return r.g[k].defined() ? r.g[k] : zeros_like(r.out[k]); };
    const Tensor &x = r.in[0], &w_ih = r.in[1], &w_hh = r.in[2];
    const bool started = r.in.size() == 6;
    const Tensors parts =
        started
            ? make_all<LstmBackward>(*this, w_hh, r.out[3], r.out[4], given(0), given(1), given(2), r.in[5])
            : make_all<LstmBackward>(*this, w_hh, r.out[3], r.out[4], given(0), given(1), given(2));
    Tensors result(r.in.size());
    if (r.needs[0]) result[0] = matmul(parts[0], w_ih);
    if (r.needs[1]) result[1] = weight_gradient(parts[0], x);
    if (r.needs[2]) result[2] = weight_gradient(parts[0], r.out[5]);
    if (r.needs[3]) result[3] = sum_like(parts[0], r.in[3]);
    if (started) {
      if (r.needs[4]) result[4] = parts[1];
      if (r.needs[5]) result[5] = parts[2];
    }
    return result;
  }
};
const Registered<Lstm> registered_lstm;

}  // namespace

LstmOutput lstm(const Tensor& x, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b,
                const RecurrentOptions& options, const Tensor& h0, const Tensor& c0) {
  const RecurrentAttributes attributes{.batch_first = options.batch_first};
  if (h0.defined() != c0.defined()) {
    throw ValueError("lstm: got one of h0 and c0; expected both or neither");
  }
  const Tensor bias = b.defined() ? b : zeros_like(select(w_hh, 1, 0));
  const Tensors out = h0.defined() ? make_all<Lstm>(attributes, x, w_ih, w_hh, bias, h0, c0)
                                   : make_all<Lstm>(attributes, x, w_ih, w_hh, bias);
  return {out[0], out[1], out[options.every_c ? 4 : 2]};
}

}  // namespace luge
