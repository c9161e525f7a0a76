#include "luge/nn/recurrent.h"

#include <fmt/format.h>

#include <cmath>

#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

using options::at_least, options::elsewhere, options::required;

struct RecurrentText {
  std::int64_t units = 0;
  RecurrentLayerOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("units", self.units, "numbers in the state", at_least(1), required,
          elsewhere({"hidden_size", "outputs", "width"}));
    field("bias", self.options.bias, "add biases", elsewhere({"use_bias"}));
    field("last_only", self.options.last_only, "return the last step alone, [N,units]",
          elsewhere({"return_sequences"}));
    field("init", self.options.init,
          "initial value of all weights and biases; none: uniform within ±1/√units",
          elsewhere({"initializer", "kernel_initializer"}));
  }
};

const RegisteredLayer<RecurrentText> kLstm("lstm", "long short-term memory, [N,T,inputs] to [N,T,units]",
                                           [](const RecurrentText& text) {
                                             return LSTM(text.units, text.options);
                                           });
const RegisteredLayer<RecurrentText> kGru("gru", "gated recurrent units, [N,T,inputs] to [N,T,units]",
                                          [](const RecurrentText& text) {
                                            return GRU(text.units, text.options);
                                          });

}  // namespace

std::optional<LayerText> LSTM::text() const { return kLstm.text({units(), options()}); }
std::optional<LayerText> GRU::text() const { return kGru.text({units(), options()}); }

RecurrentLayer::RecurrentLayer(std::string_view name, int gates, std::int64_t units,
                               const RecurrentLayerOptions& options)
    : gates_(gates), units_(units), options_(options) {
  options::check(name, RecurrentText{units, options});
  weight_ih = parameter("weight_ih");
  weight_hh = parameter("weight_hh");
  if (!options.bias) return;
  bias_ih = parameter("bias_ih");
  bias_hh = parameter("bias_hh");
}

void RecurrentLayer::create_parameters(const Tensor& x) const {
  if (x.rank() != 3 || x.extent(2) == unknown) {
    throw ShapeError(fmt::format("input {} is not a sequence; expected [N,T,inputs]", x.shape().to_string()));
  }
  const double bound = 1 / std::sqrt(static_cast<double>(units_));
  const init::Initializer draw = options_.init ? *options_.init : init::uniform(-bound, bound);
  const std::int64_t rows = Shape{gates_, units_}.elements();
  create(weight_ih, draw(Shape{rows, x.extent(2)}, x.dtype()));
  create(weight_hh, draw(Shape{rows, units_}, x.dtype()));
  if (!bias_ih.defined()) return;
  create(bias_ih, draw(Shape{rows}, x.dtype()));
  create(bias_hh, draw(Shape{rows}, x.dtype()));
}

std::string RecurrentLayer::describe() const { return fmt::format("{} {}", type(), units_); }

Work RecurrentLayer::work() const {
  const std::int64_t in = weight_ih.variable().shape()[1];
  return {.fan_in = gates_ * (in + units_), .bias = bias_ih.defined(), .multiplies = true};
}

// Steps run forward, so that no padded step reaches a step before it; only the last state must be chosen.
Padded RecurrentLayer::padded_result(const Padded& x, const Tensor& each_step) const {
  if (!options_.last_only) return x.with(each_step);
  const Tensor length = unsqueeze(cast(x.length, i64), {1, 2});  // [N,1,1]
  const Tensor index = broadcast_like(maximum(length - 1, 0), slice(each_step, 1, 0, 1));
  const Tensor last = where(greater(length, 0), gather(each_step, index, 1), 0);
  return {squeeze(last, 1), {}};
}

Padded LSTM::forward_padded(const Padded& x) const {
  check_axis(x, 1);
  return padded_result(x, run(x.values).y);
}

Padded GRU::forward_padded(const Padded& x) const {
  check_axis(x, 1);
  return padded_result(x, run(x.values).y);
}

Tensor LSTM::forward(const Tensor& x) const {
  const LstmOutput out = run(x);
  return options().last_only ? out.h : out.y;
}

LstmOutput LSTM::run(const Tensor& x, const Tensor& h, const Tensor& c) const {
  if (!built()) (*this)(x);
  const Tensor bias = bias_ih.defined() ? bias_ih.value() + bias_hh.value() : Tensor();
  return lstm(x, weight_ih, weight_hh, bias, {.batch_first = true}, h, c);
}

Tensor GRU::forward(const Tensor& x) const {
  const GruOutput out = run(x);
  return options().last_only ? out.h : out.y;
}

GruOutput GRU::run(const Tensor& x, const Tensor& h) const {
  if (!built()) (*this)(x);
  return gru(x, weight_ih, weight_hh, bias_ih, bias_hh, {.batch_first = true}, h);
}

}  // namespace luge::nn
