// RecurrentLayer: layers and directions of RNN, LSTM and GRU, with the lengths of padded sequences.
#include "luge/nn/recurrent.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/error.h"
#include "luge/nn/decoding.h"
#include "luge/ops/compare.h"
#include "luge/ops/dropout.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "nn/input_count.h"
#include "nn/padded_axes.h"
#include "nn/recurrent_options.h"
#include "nn/work.h"

namespace luge::nn {
namespace {

[[noreturn]] void refuse(std::string_view layer, const std::string& option, const std::string& problem) {
  throw options::OptionError(layer, options::OptionError(option, problem));
}

void check_options(std::string_view layer, std::int64_t units, const RecurrentLayerOptions& o) {
  RecurrentText text;
  text.units = units, text.options = o;
  options::check(layer, text);
  const auto alone = [&](bool set, std::string_view owner, const char* option) {
    if (set && layer != owner)
      refuse(layer, option, fmt::format("{} is an option of {} alone", option, owner));
  };
  alone(o.activation != RnnActivation::tanh, "RNN", "activation");
  alone(o.projection != 0, "LSTM", "projection");
  alone(!o.reset_after, "GRU", "reset_after");
  alone(o.forget_bias != 0, "LSTM", "forget_bias");
  if (o.forget_bias != 0 && !o.bias) refuse(layer, "forget_bias", "forget_bias needs biases; bias is false");
  if (o.projection < 0 || o.projection >= units) {
    refuse(layer, "projection",
           fmt::format("projection is {}; expected less than the number of units, {}, or 0 for none",
                       o.projection, units));
  }
}

/// The element at `at` [N] of each sequence of y [N,T,…], without the axis of the steps.
Tensor at_step(const Tensor& y, const Tensor& at) {
  const Tensor index = broadcast_like(unsqueeze(at, {1, 2}), slice(y, 1, 0, 1));
  return squeeze(gather(y, index, 1), 1);
}

/// What `y` of each step leaves at the last one: that of the beginning for a sequence of length 0.
Tensor last_of(const Tensor& y, const Tensor& length, const Tensor& first) {
  const Tensor counted = cast(length, i64), last = at_step(y, maximum(counted - 1, 0));
  const Tensor some = unsqueeze(greater(counted, 0), 1);
  return first.defined() ? where(some, last, first) : where(some, last, 0);
}

Tensor reversed(const Padded& x) {
  return x.length.defined() ? reverse_sequence(x.values, x.length) : flip(x.values, {1});
}

/// Drawn position by position, so that the number of padded positions changes no draw.
Padded dropped(const Padded& x, double rate) {
  if (!x.length.defined()) return x.with(dropout(x.values, rate));
  return x.with(transpose(dropout(transpose(x.values, 0, 1), rate), 0, 1));
}

}  // namespace

RecurrentLayer::RecurrentLayer(std::string_view name, int gates, std::int64_t units,
                               const RecurrentLayerOptions& options)
    : gates_(gates), units_(units), options_(options) {
  check_options(name, units, options);
  for (std::int64_t layer = 0; layer < options.layers; ++layer) {
    for (int way = 0; way < directions(); ++way) {
      const std::string end = (layer > 0 ? fmt::format("_l{}", layer) : "") + (way > 0 ? "_reverse" : "");
      RecurrentWeights& w = weights_.emplace_back();
      w.weight_ih = parameter("weight_ih" + end);
      w.weight_hh = parameter("weight_hh" + end);
      if (options.bias) {
        w.bias_ih = parameter("bias_ih" + end);
        w.bias_hh = parameter("bias_hh" + end);
      }
      if (options.projection > 0) w.weight_hr = parameter("weight_hr" + end);
      if (!options.learned_state) continue;
      w.state_h = parameter("state_h" + end);
      if (has_cells()) w.state_c = parameter("state_c" + end);
    }
  }
  const RecurrentWeights& first = weights_[0];
  weight_ih = first.weight_ih, weight_hh = first.weight_hh, bias_ih = first.bias_ih, bias_hh = first.bias_hh;
}

const RecurrentWeights& RecurrentLayer::weights(std::int64_t layer, bool reverse) const {
  if (layer >= 0 && layer < options_.layers && (!reverse || directions() == 2))
    return weights_[static_cast<std::size_t>(layer * directions() + (reverse ? 1 : 0))];
  throw ValueError(fmt::format("{}: there is no layer {}{}; expected 0 to {}, {}", describe(), layer,
                               reverse ? " in reverse" : "", options_.layers - 1,
                               directions() == 2 ? "forward or in reverse" : "in one direction"));
}

std::vector<std::string> RecurrentLayer::input_names() const {
  if (!options_.state_inputs) return Module::input_names();
  return has_cells() ? std::vector<std::string>{"input", "h", "c"} : std::vector<std::string>{"input", "h"};
}

std::vector<std::string> RecurrentLayer::output_names() const {
  if (!options_.state_outputs) return Module::output_names();
  return has_cells() ? std::vector<std::string>{"output", "h", "c"} : std::vector<std::string>{"output", "h"};
}

std::int64_t RecurrentLayer::inputs_of(std::int64_t layer, std::int64_t first) const {
  if (layer == 0) return first;
  const bool joined = options_.merge == DirectionMerge::concat || options_.merge == DirectionMerge::none;
  return joined ? Shape{directions(), features()}.elements() : features();
}

void RecurrentLayer::create_parameters(const Tensor& x) const {
  if (x.rank() != 3 || x.extent(2) == unknown) {
    throw ShapeError(fmt::format("input {} is not a sequence; expected [N,T,inputs]", x.shape().to_string()));
  }
  const double bound = 1 / std::sqrt(static_cast<double>(units_));
  const init::Initializer draw = options_.init ? *options_.init : init::uniform(-bound, bound);
  const std::int64_t rows = Shape{gates_, units_}.elements();
  const auto make = [&](const Parameter& parameter, const Shape& shape) {
    if (parameter.defined()) create(parameter, draw(shape, x.dtype()));
  };
  for (std::size_t k = 0; k < weights_.size(); ++k) {
    const RecurrentWeights& w = weights_[k];
    make(w.weight_ih, {rows, inputs_of(static_cast<std::int64_t>(k) / directions(), x.extent(2))});
    make(w.weight_hh, {rows, features()});
    if (w.bias_ih.defined()) create(w.bias_ih, with_forget_bias(draw(Shape{rows}, x.dtype())));
    make(w.bias_hh, {rows});
    make(w.weight_hr, {features(), units_});
    if (w.state_h.defined()) create(w.state_h, zeros({features()}, x.dtype()));
    if (w.state_c.defined()) create(w.state_c, zeros({units_}, x.dtype()));
  }
}

// The rows of the gates are those of i, f, g and o.
Tensor RecurrentLayer::with_forget_bias(const Tensor& bias) const {
  if (options_.forget_bias == 0) return bias;
  const DType dtype = bias.dtype();
  return bias + concat({zeros({units_}, dtype), full({units_}, options_.forget_bias, dtype),
                        zeros({2 * units_}, dtype)},
                       0);
}

std::string RecurrentLayer::describe() const {
  std::string text = fmt::format("{} {}", type(), units_);
  if (options_.layers > 1) text += fmt::format(" x{}", options_.layers);
  if (options_.direction == Direction::both) text += " both ways";
  return text;
}

Work RecurrentLayer::work_of(const Tensors& inputs, const Tensors&) const {
  const std::int64_t steps = inputs[0].extent(1), rows = gates_ * units_;
  std::int64_t macs = 0, biases = 0;
  for (std::size_t k = 0; k < weights_.size(); ++k) {
    const std::int64_t in = inputs_of(static_cast<std::int64_t>(k) / directions(), inputs[0].extent(2));
    macs += known_product({steps, rows * (in + features()) + options_.projection * units_});
    if (options_.bias) biases += known_product({steps, 2 * rows});
  }
  return {.macs = macs, .connections = macs + biases};
}

/// The state before the first step in a layer and direction; both empty: 0.
RecurrentLayer::State RecurrentLayer::first_state(std::size_t index, const Tensor& x, const Tensor& h,
                                                  const Tensor& c) const {
  const auto given = [&](const Tensor& all, std::string_view what, std::int64_t width) {
    if (!all.defined() || weights_.size() == 1) return all;
    const auto count = static_cast<std::int64_t>(weights_.size());
    if (all.rank() == 3 && (all.extent(1) == count || all.extent(1) == unknown))
      return select(all, 1, static_cast<std::int64_t>(index));
    throw ShapeError(fmt::format("{}: the state {} is {}; expected [N,{},{}]: {} layers in {} direction{}",
                                 describe(), what, all.shape().to_string(), count, width, options_.layers,
                                 directions(), directions() > 1 ? "s" : ""));
  };
  if (h.defined()) return {given(h, "h", features()), given(c, "c", units_)};
  const RecurrentWeights& w = weights_[index];
  if (!w.state_h.defined()) return {};
  const Tensor column = zeros_like(slice(select(x, 1, 0), 1, 0, 1));  // [N,1]
  return {column + w.state_h.value(), w.state_c.defined() ? column + w.state_c.value() : Tensor()};
}

RecurrentResult RecurrentLayer::one_way(const Padded& x, std::size_t index, const State& first) const {
  const bool back = options_.direction == Direction::backward || index % 2 * (directions() - 1) == 1;
  const bool padded = x.length.defined();
  RecurrentResult out =
      steps(back ? reversed(x) : x.values, weights_[index], first.h, first.c, padded && has_cells());
  if (padded) {
    out.h = last_of(out.y, x.length, first.h);
    if (out.c.defined()) out.c = last_of(out.c, x.length, first.c);
  }
  if (back) out.y = reversed(x.with(out.y));
  return out;
}

Tensor RecurrentLayer::merged(const Tensors& ways, int axis) const {
  if (ways.size() == 1) return ways[0];
  switch (options_.merge) {
    case DirectionMerge::sum: return ways[0] + ways[1];
    case DirectionMerge::mean: return (ways[0] + ways[1]) * 0.5;
    case DirectionMerge::none: return stack(ways, axis);
    default: return concat(ways, axis);
  }
}

RecurrentResult RecurrentLayer::run_layers(const Padded& x, const Tensor& h, const Tensor& c) const {
  if (Decoding* const decoding = Decoding::current(); decoding && !h.defined()) {
    if (options_.direction != Direction::forward || options_.learned_state || x.length.defined())
      throw StateError(describe() + ": cannot read a sequence in steps");
    const auto sample = [&](std::int64_t width) {
      return options_.layers == 1 ? Shape{width} : Shape{options_.layers, width};
    };
    const std::size_t n = decoding->count();
    const Tensor first_h = decoding->state("h", sample(features()), x.values.dtype());
    const Tensor first_c =
        has_cells() ? decoding->state("c", sample(units_), x.values.dtype()) : Tensor();
    RecurrentResult result = run_layers(x, first_h, first_c);
    decoding->keep(n, result.h);
    if (has_cells()) decoding->keep(n + 1, result.c);
    return result;
  }
  if (!built()) (*this)(Tensors{x.values});
  const auto ways = static_cast<std::size_t>(directions());
  Padded in = x;
  Tensors last_h, last_c, outputs;
  for (std::size_t k = 0; k < weights_.size(); k += ways) {
    if (k > 0) {  // what the layer before gave
      const bool joined = options_.merge == DirectionMerge::none && ways == 2;
      in = in.with(joined ? concat(outputs, 2) : merged(outputs, 2));
      if (options_.dropout > 0 && training()) in = dropped(in, options_.dropout);
    }
    outputs.clear();
    for (std::size_t way = 0; way < ways; ++way) {
      const RecurrentResult out = one_way(in, k + way, first_state(k + way, x.values, h, c));
      outputs.push_back(out.y), last_h.push_back(out.h), last_c.push_back(out.c);
    }
  }
  RecurrentResult result;
  const bool one = weights_.size() == 1;
  result.h = one ? last_h[0] : stack(last_h, 1);
  if (has_cells()) result.c = one ? last_c[0] : stack(last_c, 1);
  result.y =
      options_.last_only ? merged(Tensors(last_h.end() - directions(), last_h.end()), 1) : merged(outputs, 2);
  return result;
}

Tensor RecurrentLayer::forward(const Tensor& x) const {
  if (options_.state_outputs) return Module::forward(x);
  return run_layers({x, {}}, {}, {}).y;
}

Tensors RecurrentLayer::forward(const Tensors& inputs) const {
  const std::vector<std::string> names = input_names();
  if (inputs.size() != 1 && inputs.size() != names.size()) refuse_inputs(*this, inputs.size());
  const auto state = [&](std::size_t k) { return k < inputs.size() ? inputs[k] : Tensor(); };
  const RecurrentResult out = run_layers({inputs[0], {}}, state(1), state(2));
  if (!options_.state_outputs) return {out.y};
  return has_cells() ? Tensors{out.y, out.h, out.c} : Tensors{out.y, out.h};
}

Padded RecurrentLayer::forward_padded(const Padded& x) const {
  check_axis(x, 1);
  if (options_.state_outputs) return Module::forward_padded(x);
  const Tensor y = run_layers(x, {}, {}).y;
  return options_.last_only ? Padded{y, {}} : x.with(y);
}

}  // namespace luge::nn
