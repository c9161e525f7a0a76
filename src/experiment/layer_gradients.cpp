#include "experiment/layer_gradients.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "experiment/task.h"
#include "luge/autodiff.h"
#include "luge/error.h"
#include "luge/loss/loss.h"
#include "luge/nn/observe.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/train/callback.h"

namespace luge::experiment {
namespace {

// Rows that differ by less than this share of the largest element are equal: sums round.
constexpr double kEqual = 1e-5;

std::int64_t distinct_rows(const Variable& weight) {
  const auto values = weight.value().to_vector<double>();
  const auto rows = static_cast<std::size_t>(weight.shape()[0]),
             length = values.size() / std::max<std::size_t>(1, rows);
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  const auto equal = [&](std::size_t a, std::size_t b) {
    for (std::size_t k = 0; k < length; ++k) {
      if (!(std::abs(values[a * length + k] - values[b * length + k]) <= kEqual * largest)) return false;
    }
    return true;
  };
  std::vector<std::size_t> found;
  for (std::size_t row = 0; row < rows; ++row) {
    if (std::none_of(found.begin(), found.end(), [&](std::size_t other) { return equal(row, other); }))
      found.push_back(row);
  }
  return static_cast<std::int64_t>(found.size());
}

struct Watched {
  std::string path, type;
  Variable weight;
  Tensor output;
};

std::vector<Watched> watched_call(const nn::LayerCall& call) {
  if (!call.module.children().empty() || call.outputs.size() != 1) return {};
  for (const Variable& parameter : call.module.parameters()) {
    if (parameter.shape().rank() >= 2) return {{call.path, call.module.type(), parameter, call.outputs[0]}};
  }
  return {};
}

Tensor length_of(const Tensor& x) { return sqrt(sum(square(cast(x, f64)))); }

GradientLook look(const Run& run, const data::Batch& batch, std::int64_t step) {
  const nn::Module& net = run.trainer().net();
  const nn::Probe probe(net, true);
  std::vector<Watched> layers;
  const Tensor output = nn::observe(net, batch[net.input_names()[0]], [&](const nn::LayerCall& call) {
    for (Watched& each : watched_call(call)) layers.push_back(std::move(each));
  });
  if (layers.empty())
    throw ValueError(
        fmt::format("{}: has no layer with weights, whose gradients could be shown", net.metadata().name));
  const Tensor cost = chosen_loss(run.config())(output, batch.target);
  std::vector<Variable> weights;
  Tensors outputs;
  for (const Watched& each : layers) {
    weights.push_back(each.weight);
    outputs.push_back(each.output);
  }
  const Tensors of_weights = grad(cost, weights, {.allow_unused = true}),
                of_outputs = grad(cost, outputs, {.allow_unused = true});
  // All numbers in one evaluation, which releases what it has computed.
  Tensors numbers = {cast(cost, f64)};
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const Tensor values = cast(layers[k].output, f64), middle = mean(values);
    numbers.insert(numbers.end(), {middle, sqrt(mean(square(values - middle))), length_of(of_outputs[k]),
                                   length_of(of_weights[k])});
  }
  const auto read = stack(numbers).to_vector<double>();
  GradientLook found{step, read[0], {}};
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const Variable& weight = layers[k].weight;
    const double* own = &read[1 + 4 * k];
    found.layers.push_back({layers[k].path, layers[k].type, weight.shape()[0], distinct_rows(weight), own[0],
                            own[1], own[2], own[3]});
  }
  return found;
}

class LookAfterSteps final : public train::Callback {
 public:
  LookAfterSteps(const Run& run, const data::Batch& batch, std::vector<std::int64_t> steps,
                 std::vector<GradientLook>& into)
      : run_(run), batch_(batch), steps_(std::move(steps)), into_(into) {}
  void step_end(train::Fit& fit) override {
    if (std::binary_search(steps_.begin(), steps_.end(), fit.total_steps))
      into_.push_back(look(run_, batch_, fit.total_steps));
    if (fit.total_steps >= steps_.back()) fit.stop("all steps were looked at");
  }

 private:
  const Run& run_;
  const data::Batch& batch_;
  std::vector<std::int64_t> steps_;
  std::vector<GradientLook>& into_;
};

}  // namespace

double GradientLook::first_to_last() const {
  return layers.front().weight_gradient / layers.back().weight_gradient;
}

GradientLooks look_at_gradients(const Run& run, const std::vector<std::int64_t>& steps) {
  const nn::Module& net = run.trainer().net();
  if (net.input_names().size() != 1) {
    throw ValueError(fmt::format("{}: has {} inputs; gradients are shown of networks with one",
                                 net.metadata().name, net.input_names().size()));
  }
  GradientLooks found;
  const Scope scope(run.settings());
  const data::Batch batch = run.batches().epoch(0).next()->to_tensors();
  if (steps.front() == 0) found.looks.push_back(look(run, batch, 0));
  if (steps.back() == 0) return found;
  try {
    const train::History history =
        run.fit({std::make_shared<LookAfterSteps>(run, batch, steps, found.looks)});
    if (found.looks.size() < steps.size())
      found.stopped = fmt::format("the training had only {} steps", history.steps);
  } catch (const NonFiniteError& error) {
    found.stopped = error.what();
  }
  return found;
}

}  // namespace luge::experiment
