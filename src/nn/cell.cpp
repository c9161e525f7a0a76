#include "luge/nn/cell.h"

#include <fmt/format.h>

#include <cmath>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "nn/recurrent_options.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

using options::at_least, options::elsewhere;

struct CellText {
  std::int64_t units = 0;
  CellOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("units", self.units, "numbers in the state", at_least(1), options::required,
          elsewhere({"hidden_size", "outputs", "width"}));
    field("bias", self.options.bias, "add biases", elsewhere({"use_bias"}));
    field("init", self.options.init,
          "initial value of all weights and biases; none: uniform within ±1/√units",
          elsewhere({"initializer", "kernel_initializer"}));
  }
};
struct RnnCellText : CellText {
  static void fields(auto& self, auto&& field) {
    CellText::fields(self, field);
    field("activation", self.options.activation, "what is applied to the sum of the products",
          elsewhere({"nonlinearity"}));
  }
};
struct GruCellText : CellText {
  static void fields(auto& self, auto&& field) {
    CellText::fields(self, field);
    field("reset_after", self.options.reset_after, "apply the reset gate after the product, not before it",
          elsewhere({"linear_before_reset"}));
  }
};

template <class Made, class Text>
Made from_text(const Text& text) {
  return Made(text.units, text.options);
}
template <class Text>
Text as_text(std::int64_t units, const CellOptions& options) {
  Text text;
  text.units = units, text.options = options;
  return text;
}

const RegisteredLayer<RnnCellText> kRnn("rnn-cell", "one step of rnn, x [N,inputs] and h to h [N,units]",
                                        from_text<RNNCell, RnnCellText>);
const RegisteredLayer<CellText> kLstm("lstm-cell", "one step of lstm, x [N,inputs], h and c to h and c",
                                      from_text<LSTMCell, CellText>);
const RegisteredLayer<GruCellText> kGru("gru-cell", "one step of gru, x [N,inputs] and h to h [N,units]",
                                        from_text<GRUCell, GruCellText>);

// A sequence of one step: its kernels are the fast ones.
Tensor as_sequence(const Tensor& x) { return unsqueeze(x, 0); }

const bool told_cell =
    facts::add("layer", {{"rnn-cell",
                          {.formula = "h ← tanh(w_ih·x + b_ih + w_hh·h + b_hh)",
                           .parameters = "units·(inputs + units) + 2·units",
                           .output = "h [N,units]",
                           .use = "for recurrence step by step, as in a program that writes text."}},
                         {"lstm-cell",
                          {.formula = "one step of lstm: c ← f·c + i·c̃; h ← o·tanh(c)",
                           .parameters = "4·(units·(inputs + units) + 2·units)",
                           .output = "h and c, both [N,units]",
                           .use = "for recurrence step by step, as in a program that writes text."}},
                         {"gru-cell",
                          {.formula = "one step of gru: h ← (1 - z)·h̃ + z·h",
                           .parameters = "3·(units·(inputs + units) + 2·units)",
                           .output = "h [N,units]",
                           .use = "for recurrence step by step, as in a program that writes text."}}});

}  // namespace

std::optional<LayerText> RNNCell::text() const { return kRnn.text(as_text<RnnCellText>(units(), options())); }
std::optional<LayerText> LSTMCell::text() const { return kLstm.text(as_text<CellText>(units(), options())); }
std::optional<LayerText> GRUCell::text() const { return kGru.text(as_text<GruCellText>(units(), options())); }

RecurrentCell::RecurrentCell(std::string_view name, int gates, std::int64_t units, const CellOptions& options)
    : gates_(gates), units_(units), options_(options) {
  options::check(name, as_text<CellText>(units, options));
  const auto alone = [&](bool set, std::string_view owner, const char* option) {
    if (!set || name == owner) return;
    throw options::OptionError(
        name, options::OptionError(option, fmt::format("{} is an option of {} alone", option, owner)));
  };
  alone(options.activation != RnnActivation::tanh, "RNNCell", "activation");
  alone(!options.reset_after, "GRUCell", "reset_after");
  weight_ih = parameter("weight_ih");
  weight_hh = parameter("weight_hh");
  if (!options.bias) return;
  bias_ih = parameter("bias_ih");
  bias_hh = parameter("bias_hh");
}

void RecurrentCell::create_parameters(const Tensor& x) const {
  if (x.rank() != 2 || x.extent(1) == unknown)
    throw ShapeError(fmt::format("input {} is not one step; expected [N,inputs]", x.shape().to_string()));
  const double bound = 1 / std::sqrt(static_cast<double>(units_));
  const init::Initializer draw = options_.init ? *options_.init : init::uniform(-bound, bound);
  const std::int64_t rows = Shape{gates_, units_}.elements();
  create(weight_ih, draw(Shape{rows, x.extent(1)}, x.dtype()));
  create(weight_hh, draw(Shape{rows, units_}, x.dtype()));
  if (!bias_ih.defined()) return;
  create(bias_ih, draw(Shape{rows}, x.dtype()));
  create(bias_hh, draw(Shape{rows}, x.dtype()));
}

Tensor RecurrentCell::given(const Tensors& inputs, std::size_t k) const {
  const std::vector<std::string> names = input_names();
  if (inputs.size() != 1 && inputs.size() != names.size()) {
    throw ShapeError(
        fmt::format("{} tensors are given; expected {}, the input and the whole state, or the "
                    "input alone",
                    inputs.size(), names.size()));
  }
  if (k >= inputs.size()) return {};
  const Tensor& x = inputs[k];
  const bool fits = x.rank() == 2 && (k == 0 || x.extent(1) == units_ || x.extent(1) == unknown);
  if (fits) return x;
  throw ShapeError(fmt::format("{} is {}; expected [N,{}]", names[k], x.shape().to_string(),
                               k == 0 ? "inputs" : std::to_string(units_)));
}

std::string RecurrentCell::describe() const { return fmt::format("{} {}", type(), units_); }

Work RecurrentCell::work() const {
  const std::int64_t states = static_cast<std::int64_t>(output_names().size());
  const std::int64_t in = weight_ih.variable().shape()[1];
  return {.fan_in = gates_ * (in + units_) / states, .bias = bias_ih.defined(), .multiplies = true};
}

Tensors RNNCell::forward(const Tensors& inputs) const {
  const Tensor x = given(inputs, 0), h = given(inputs, 1);
  const Tensor bias = bias_ih.defined() ? bias_ih.value() + bias_hh.value() : Tensor();
  return {rnn(as_sequence(x), weight_ih, weight_hh, bias, {.activation = options().activation}, h).h};
}

Tensors LSTMCell::forward(const Tensors& inputs) const {
  const Tensor x = given(inputs, 0), h = given(inputs, 1), c = given(inputs, 2);
  const Tensor bias = bias_ih.defined() ? bias_ih.value() + bias_hh.value() : Tensor();
  const LstmOutput out = lstm(as_sequence(x), weight_ih, weight_hh, bias, {}, h, c);
  return {out.h, out.c};
}

Tensors GRUCell::forward(const Tensors& inputs) const {
  const Tensor x = given(inputs, 0), h = given(inputs, 1);
  const GruOptions how{.reset_after = options().reset_after};
  return {gru(as_sequence(x), weight_ih, weight_hh, bias_ih, bias_hh, how, h).h};
}

}  // namespace luge::nn
