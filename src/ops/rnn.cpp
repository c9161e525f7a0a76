// rnn: a plain recurrent layer over a whole sequence (Elman 1990). rnn_backward: the way back through time,
// as far as the products with the input and the weights, which are ordinary matmuls over all steps at once.
#include "luge/ops/compare.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "ops/recurrent.h"

namespace luge {
namespace {

struct RnnAttributes : RecurrentAttributes {
  bool relu = false;  // else tanh
  static void fields(auto& self, auto&& field) {
    RecurrentAttributes::fields(self, field);
    field("relu", self.relu);
  }
};

// inputs: w_hh, h of every step, gradients of all h and of the last h
struct RnnBackward : Op<RnnBackward, RnnAttributes> {
  static constexpr auto name = "rnn_backward";

  Types infer(const Types& in) const {
    check_inputs(name, in, 4);
    const RecurrentExtents e = check_recurrent_gates(name, *this, in[1], 1, in[0], 1);
    for (std::size_t k = 2; k < in.size(); ++k) check_same_dtype(name, in[0], in[k]);
    check_sequence(name, "output gradient", in[2], *this, e, e.units);
    check_state(name, "state gradient", in[3], e);
    return {in[1], {in[0].dtype, Shape{e.batch, e.units}}};
  }

  Tensors decompose(const Tensors& in) const {
    const int time = time_axis(*this);
    const std::int64_t steps = steps_of(name, *this, in[1]);
    Tensor dh = in[3];
    Tensors before(static_cast<std::size_t>(steps));
    for (std::int64_t t = steps; t-- > 0;) {
      const Tensor y = select(in[1], time, t);
      dh = dh + select(in[2], time, t);
      const Tensor d = relu ? where(greater(y, 0), dh, 0) : dh * (1 - square(y));
      before[static_cast<std::size_t>(t)] = d;
      dh = matmul(d, in[0]);
    }
    return {stack(before, time), dh};
  }
};
const Registered<RnnBackward> registered_backward_rnn;

struct Rnn : Op<Rnn, RnnAttributes> {  // inputs: x, w_ih, w_hh, b and perhaps h0
  static constexpr auto name = "rnn";
  static constexpr Traits traits{.cost = 1000};

  Types infer(const Types& in) const {
    check_inputs(name, in, 4, 5);
    const RecurrentExtents e = check_recurrent(name, *this, in[0], in[1], in[2], 1);
    for (std::size_t k = 3; k < in.size(); ++k) check_same_dtype(name, in[0], in[k]);
    check_rank(name, "bias", in[3], 1);
    if (e.units >= 0) check_extent(name, "bias", in[3], 0, e.units);
    if (in.size() == 5) check_state(name, "h0", in[4], e);
    return {sequence_type(*this, in[0].dtype, e, e.units), {in[0].dtype, Shape{e.batch, e.units}}};
  }

  Tensors decompose(const Tensors& in) const {
    const int time = time_axis(*this);
    const std::int64_t steps = steps_of(name, *this, in[0]);
    const Tensor projected = linear(in[0], in[1], in[3]);
    Tensor h = in.size() == 5 ? in[4] : Tensor();
    Tensors outputs;
    for (std::int64_t t = 0; t < steps; ++t) {
      Tensor sum = select(projected, time, t);
      if (h.defined()) sum = sum + linear(h, in[2]);
      h = relu ? luge::relu(sum) : tanh(sum);
      outputs.push_back(h);
    }
    return {stack(outputs, time), h};
  }

  Tensors gradient(const GradientCall& r) const {
    const auto given = [&](std::size_t k) { return r.g[k].defined() ? r.g[k] : zeros_like(r.out[k]); };
    const bool started = r.in.size() == 5;
    const Tensors parts = make_all<RnnBackward>(*this, r.in[2], r.out[0], given(0), given(1));
    const Tensor before = states_before(*this, r.out[0], started ? r.in[4] : Tensor());
    Tensors result(r.in.size());
    if (r.needs[0]) result[0] = matmul(parts[0], r.in[1]);
    if (r.needs[1]) result[1] = weight_gradient(parts[0], r.in[0]);
    if (r.needs[2]) result[2] = weight_gradient(parts[0], before);
    if (r.needs[3]) result[3] = sum_like(parts[0], r.in[3]);
    if (started && r.needs[4]) result[4] = parts[1];
    return result;
  }
};
const Registered<Rnn> registered_rnn;

}  // namespace

RnnOutput rnn(const Tensor& x, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b,
              const RnnOptions& options, const Tensor& h0) {
  RnnAttributes attributes;
  attributes.batch_first = options.batch_first;
  attributes.relu = options.activation == RnnActivation::relu;
  const Tensor bias = b.defined() ? b : zeros_like(select(w_hh, 1, 0));
  const Tensors out = h0.defined() ? make_all<Rnn>(attributes, x, w_ih, w_hh, bias, h0)
                                   : make_all<Rnn>(attributes, x, w_ih, w_hh, bias);
  return {out[0], out[1]};
}

}  // namespace luge
