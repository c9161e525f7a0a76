// lstm_projected: long short-term memory whose output is a smaller product of its state (Sak et al. 2014).
#include <fmt/format.h>

#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "ops/recurrent.h"

namespace luge {
namespace {

struct LstmProjected : Op<LstmProjected, RecurrentAttributes> {  // x, w_ih, w_hh, w_hr, b, perhaps h0, c0
  static constexpr auto name = "lstm_projected";
  static constexpr Traits traits{.cost = 1000};

  Types infer(const Types& in) const {
    check_inputs(name, in, 5, 7);
    if (in.size() == 6)
      throw ValueError(fmt::format("{}: got h0 without c0; expected both or neither", name));
    check_float(name, in[0]);
    for (std::size_t k = 1; k < in.size(); ++k) check_same_dtype(name, in[0], in[k]);
    check_rank(name, "sequence", in[0], 3);
    for (std::size_t k = 1; k < 4; ++k) check_rank(name, "weight", in[k], 2);
    check_rank(name, "bias", in[4], 1);
    const std::int64_t projected = in[3].shape[0], units = in[3].shape[1];
    if (projected >= 0 && units >= 0 && (projected < 1 || projected >= units)) {
      throw ShapeError(
          fmt::format("{}: the projection {} gives {} features of {}; expected fewer, at least 1", name,
                      in[3].to_string(), projected, units));
    }
    if (units >= 0) {
      const std::int64_t rows = product(name, {4, units}, 0, 2);
      check_extent(name, "input weight", in[1], 0, rows);
      check_extent(name, "state weight", in[2], 0, rows);
      check_extent(name, "bias", in[4], 0, rows);
    }
    check_extent(name, "state weight", in[2], 1, projected);
    check_extent(name, "sequence", in[0], 2, in[1].shape[1]);
    const std::int64_t steps = in[0].shape[time_axis(*this)], batch = in[0].shape[batch_axis(*this)];
    if (steps == 0) throw ShapeError(fmt::format("{}: the sequence has no steps, expected 1 or more", name));
    const Type h{in[0].dtype, Shape{batch, projected}}, c{in[0].dtype, Shape{batch, units}};
    if (in.size() == 7) {
      check_same_shape(name, "h0", in[5], "state", h);
      check_same_shape(name, "c0", in[6], "state", c);
    }
    const RecurrentExtents e{steps, batch, units};
    return {sequence_type(*this, h.dtype, e, projected), h, c, sequence_type(*this, h.dtype, e, units)};
  }

  Tensors decompose(const Tensors& in) const {
    const int time = time_axis(*this);
    const std::int64_t steps = steps_of(name, *this, in[0]);
    const Tensor all = linear(in[0], in[1], in[4]);
    Tensor h, c;
    if (in.size() == 7) h = in[5], c = in[6];
    Tensors outputs, cells;
    for (std::int64_t t = 0; t < steps; ++t) {
      Tensor sum = select(all, time, t);
      if (h.defined()) sum = sum + linear(h, in[2]);
      const Tensors part = chunk(sum, 4, -1);
      const Tensor fresh = sigmoid(part[0]) * tanh(part[2]);
      c = c.defined() ? sigmoid(part[1]) * c + fresh : fresh;
      h = linear(sigmoid(part[3]) * tanh(c), in[3]);
      outputs.push_back(h);
      cells.push_back(c);
    }
    return {stack(outputs, time), h, c, stack(cells, time)};
  }
};
const Registered<LstmProjected> registered_lstm_projected;

}  // namespace

LstmOutput lstm_projected(const Tensor& x, const Tensor& w_ih, const Tensor& w_hh, const Tensor& w_hr,
                          const Tensor& b, const RecurrentOptions& options, const Tensor& h0,
                          const Tensor& c0) {
  const RecurrentAttributes attributes{.batch_first = options.batch_first};
  if (h0.defined() != c0.defined())
    throw ValueError("lstm_projected: got one of h0 and c0; expected both or neither");
  const Tensor bias = b.defined() ? b : zeros_like(select(w_ih, 1, 0));
  const Tensors out = h0.defined() ? make_all<LstmProjected>(attributes, x, w_ih, w_hh, w_hr, bias, h0, c0)
                                   : make_all<LstmProjected>(attributes, x, w_ih, w_hh, w_hr, bias);
  return {out[0], out[1], out[options.every_c ? 3 : 2]};
}

}  // namespace luge
