// RNN, LSTM and GRU: their names, and one layer in one direction.
#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/math.h"
#include "nn/recurrent_options.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

using options::at_least, options::elsewhere;

struct RnnText : RecurrentText {
  static void fields(auto& self, auto&& field) {
    RecurrentText::fields(self, field);
    field("activation", self.options.activation, "what is applied to the sum of the products",
          elsewhere({"nonlinearity"}));
  }
};
struct LstmText : RecurrentText {
  static void fields(auto& self, auto&& field) {
    RecurrentText::fields(self, field);
    field("projection", self.options.projection, "features of h, fewer than units; 0: units", at_least(0),
          elsewhere({"proj_size"}));
    field("forget_bias", self.options.forget_bias,
          "added to the initial bias of the forget gates, such as 1, so that cells keep more at first",
          elsewhere({"unit_forget_bias"}));
  }
};
struct GruText : RecurrentText {
  static void fields(auto& self, auto&& field) {
    RecurrentText::fields(self, field);
    field("reset_after", self.options.reset_after, "apply the reset gate after the product, not before it",
          elsewhere({"linear_before_reset"}));
  }
};

template <class Made, class Text>
Made from_text(const Text& text) {
  return Made(text.units, text.options);
}
template <class Text>
Text as_text(std::int64_t units, const RecurrentLayerOptions& options) {
  Text text;
  text.units = units, text.options = options;
  return text;
}

const RegisteredLayer<RnnText> kRnn("rnn", "plain recurrent layer, [N,T,inputs] to [N,T,units]",
                                    from_text<RNN, RnnText>);
const RegisteredLayer<LstmText> kLstm("lstm", "long short-term memory, [N,T,inputs] to [N,T,units]",
                                      from_text<LSTM, LstmText>);
const RegisteredLayer<GruText> kGru("gru", "gated recurrent units, [N,T,inputs] to [N,T,units]",
                                    from_text<GRU, GruText>);

const bool told_recurrent_steps = facts::add(
    "layer",
    {{"rnn",
      {.formula = "h_t = tanh(w_ih·x_t + b_ih + w_hh·h_(t-1) + b_hh)",
       .parameters = "in each direction: units·(inputs + units) + 2·units",
       .output = "[N,T,units]; with both directions, [N,T,2·units]; with last_only, without T",
       .use = "to see what recurrence is. Gradients vanish over long sequences: lstm and gru learn more."}},
     {"lstm",
      {.formula = "i, f, o = σ(…), c̃ = tanh(…), each of w_ih·x_t + b_ih + w_hh·h_(t-1) + b_hh; c_t = "
                  "f·c_(t-1) + i·c̃; h_t = o·tanh(c_t)",
       .parameters = "in each direction: 4·(units·(inputs + units) + 2·units)",
       .output = "[N,T,units]; with both directions, [N,T,2·units]; with last_only, without T",
       .use = "for sequences. The input gate i says how much of the new content c̃ each cell takes in, the "
              "forget gate f how much of c stays, the output gate o how much of c the others see; 1 is all "
              "and 0 nothing. Where f is near 1, c and its gradient pass through many steps."}},
     {"gru",
      {.formula = "r, z = σ(…) of w_ih·x_t + b_ih + w_hh·h_(t-1) + b_hh; h̃ = tanh(w·x_t + b + r·(w·h_(t-1) + "
                  "b)); h_t = (1 - z)·h̃ + z·h_(t-1)",
       .parameters = "in each direction: 3·(units·(inputs + units) + 2·units)",
       .output = "[N,T,units]; with both directions, [N,T,2·units]; with last_only, without T",
       .use = "for sequences, with three quarters of the weights of an lstm."}}});

}  // namespace

std::optional<LayerText> RNN::text() const { return kRnn.text(as_text<RnnText>(units(), options())); }
std::optional<LayerText> LSTM::text() const { return kLstm.text(as_text<LstmText>(units(), options())); }
std::optional<LayerText> GRU::text() const { return kGru.text(as_text<GruText>(units(), options())); }

RecurrentResult RNN::steps(const Tensor& x, const RecurrentWeights& w, const Tensor& h, const Tensor&,
                           bool) const {
  const Tensor bias = w.bias_ih.defined() ? w.bias_ih.value() + w.bias_hh.value() : Tensor();
  const RnnOutput out =
      rnn(x, w.weight_ih, w.weight_hh, bias, {.batch_first = true, .activation = options().activation}, h);
  return {out.y, out.h, {}};
}

RecurrentResult LSTM::steps(const Tensor& x, const RecurrentWeights& w, const Tensor& h, const Tensor& c,
                            bool every_c) const {
  const Tensor bias = w.bias_ih.defined() ? w.bias_ih.value() + w.bias_hh.value() : Tensor();
  const RecurrentOptions how{.batch_first = true, .every_c = every_c};
  const LstmOutput out = w.weight_hr.defined()
                             ? lstm_projected(x, w.weight_ih, w.weight_hh, w.weight_hr, bias, how, h, c)
                             : lstm(x, w.weight_ih, w.weight_hh, bias, how, h, c);
  return {out.y, out.h, out.c};
}

RecurrentResult GRU::steps(const Tensor& x, const RecurrentWeights& w, const Tensor& h, const Tensor&,
                           bool) const {
  const GruOutput out = gru(x, w.weight_ih, w.weight_hh, w.bias_ih, w.bias_hh,
                            {.batch_first = true, .reset_after = options().reset_after}, h);
  return {out.y, out.h, {}};
}

RecurrentResult RNN::run(const Tensor& x, const Tensor& h) const { return run(Padded{x, {}}, h); }
RecurrentResult RNN::run(const Padded& x, const Tensor& h) const { return run_layers(x, h, {}); }
RecurrentResult GRU::run(const Tensor& x, const Tensor& h) const { return run(Padded{x, {}}, h); }
RecurrentResult GRU::run(const Padded& x, const Tensor& h) const { return run_layers(x, h, {}); }
RecurrentResult LSTM::run(const Tensor& x, const Tensor& h, const Tensor& c) const {
  return run(Padded{x, {}}, h, c);
}
RecurrentResult LSTM::run(const Padded& x, const Tensor& h, const Tensor& c) const {
  if (h.defined() != c.defined())
    throw ValueError(describe() + ": got one of h0 and c0; expected both or neither");
  return run_layers(x, h, c);
}

}  // namespace luge::nn
