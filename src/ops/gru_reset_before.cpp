// gru_reset_before: gated recurrent units whose reset gate is applied to the state before its product (Cho et
// al. 2014, ONNX GRU with linear_before_reset = 0).
#include "ops/gru_reset_before.h"

#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/recurrent.h"

namespace luge {
namespace {

struct GruResetBefore : Op<GruResetBefore, RecurrentAttributes> {  // inputs: x, w_ih, w_hh, b, perhaps h0
  static constexpr auto name = "gru_reset_before";
  static constexpr Traits traits{.cost = 1000};

  Types infer(const Types& in) const {
    check_inputs(name, in, 4, 5);
    const RecurrentExtents e = check_recurrent(name, *this, in[0], in[1], in[2], 3);
    for (std::size_t k = 3; k < in.size(); ++k) check_same_dtype(name, in[0], in[k]);
    check_rank(name, "bias", in[3], 1);
    if (e.units >= 0) check_extent(name, "bias", in[3], 0, product(name, {3, e.units}, 0, 2));
    if (in.size() == 5) check_state(name, "h0", in[4], e);
    return {sequence_type(*this, in[0].dtype, e, e.units), {in[0].dtype, Shape{e.batch, e.units}}};
  }

  Tensors decompose(const Tensors& in) const {
    const int time = time_axis(*this);
    const std::int64_t steps = steps_of(name, *this, in[0]);
    const Tensor projected = linear(in[0], in[1], in[3]);
    const Tensors weights = chunk(in[2], 3, 0);
    const Tensor of_gates = concat({weights[0], weights[1]}, 0), &of_news = weights[2];
    Tensor h = in.size() == 5 ? in[4] : Tensor();
    Tensors outputs;
    for (std::int64_t t = 0; t < steps; ++t) {
      const Tensors part = chunk(select(projected, time, t), 3, -1);
      if (h.defined()) {
        const Tensors of_state = chunk(linear(h, of_gates), 2, -1);
        const Tensor r = sigmoid(part[0] + of_state[0]), z = sigmoid(part[1] + of_state[1]);
        const Tensor n = tanh(part[2] + linear(r * h, of_news));
        h = n + z * (h - n);
      } else {
        const Tensor n = tanh(part[2]);
        h = n - sigmoid(part[1]) * n;
      }
      outputs.push_back(h);
    }
    return {stack(outputs, time), h};
  }
};
const Registered<GruResetBefore> registered_gru_reset_before;

}  // namespace

GruOutput gru_reset_before(const Tensor& x, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b,
                           bool batch_first, const Tensor& h0) {
  const RecurrentAttributes attributes{.batch_first = batch_first};
  const Tensors out = h0.defined() ? make_all<GruResetBefore>(attributes, x, w_ih, w_hh, b, h0)
                                   : make_all<GruResetBefore>(attributes, x, w_ih, w_hh, b);
  return {out[0], out[1]};
}

}  // namespace luge
