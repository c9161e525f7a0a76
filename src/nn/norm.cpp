#include "luge/nn/norm.h"

#include <fmt/format.h>

#include "graph/expand.h"
#include "graph/trace.h"
#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/ops/normalization.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"

template <>
struct luge::options::Listing<luge::nn::BatchNormOptions> {
  static void fields(auto& self, auto&& field) {
    field("momentum", self.momentum, "the share of the newest batch in the running statistics", within(0, 1));
    field("epsilon", self.epsilon, "added to the variance", at_least(0), elsewhere({"eps"}));
    field("scale", self.scale, "multiply by weight");
  }
};
template <>
struct luge::options::Listing<luge::nn::LayerNormOptions> {
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis, "this axis and all axes after it are normalized together; -1: the last");
    field("epsilon", self.epsilon, "added to the variance", at_least(0), elsewhere({"eps"}));
    field("bias", self.bias, "add a bias");
  }
};

namespace luge::nn {
namespace {

const RegisteredLayer<BatchNormOptions> kBatchNorm("batch-norm",
                                                   "each channel of [N,C,…] to mean 0 and variance 1",
                                                   [](const BatchNormOptions& o) { return BatchNorm(o); });
const RegisteredLayer<LayerNormOptions> kLayerNorm("layer-norm",
                                                   "the last axes of each sample to mean 0 and variance 1",
                                                   [](const LayerNormOptions& o) { return LayerNorm(o); });

Axes all_but_channels(const Tensor& x) {
  std::vector<std::int64_t> axes = {0};
  for (int axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
  return Axes(axes);
}

/// How many elements each channel has.
Tensor channel_count(const Tensor& x) { return count(x, all_but_channels(x), accumulator(x.dtype())); }

/// An empty batch has no statistics, and placeholders have no values yet.
bool has_values(const Tensor& x) { return x.shape().known() ? x.elements() > 0 : values_come_later(); }

/// [C] as [C,1,…], which broadcasts to x [N,C,…].
Tensor per_channel(const Tensor& each, const Tensor& x) {
  Tensor result = each;
  for (int axis = 2; axis < x.rank(); ++axis) result = unsqueeze(result, -1);
  return result;
}

const bool told_norm = facts::add(
    "layer",
    {{"batch-norm",
      {.formula = "y = weight·(x - μ)/√(σ² + epsilon) + bias, where μ and σ² are of each channel over the "
                  "batch; in eval mode, running means of them",
       .parameters = "2·C that are trained, without scale C, and 2·C running statistics",
       .output = "the shape of x [N,C,…]",
       .use = "after convolutions, before the activation: higher rates, less dependence on initial weights. "
              "Not for batches of a few samples."}},
     {"layer-norm",
      {.formula =
           "y = weight·(x - μ)/√(σ² + epsilon) + bias, where μ and σ² are of each sample over the last axes",
       .parameters = "2·(elements of the last axes); without bias, half of that",
       .output = "the shape of x",
       .use =
           "in transformers and recurrent networks: each sample by itself, in train and eval mode alike."}}});

}  // namespace

BatchNorm::BatchNorm(const BatchNormOptions& options) : options_(options) {
  options::check("BatchNorm", options);
  if (options.scale) weight = parameter("weight");
  bias = parameter("bias");
  running_mean = buffer("running_mean"), running_var = buffer("running_var");
}

std::optional<LayerText> BatchNorm::text() const { return kBatchNorm.text(options_); }

void BatchNorm::create_parameters(const Tensor& x) const {
  if (x.rank() < 2 || x.extent(1) == unknown) {
    throw ShapeError(fmt::format("input {} has an unknown number of channels; expected [N,C] or [N,C,…]",
                                 x.shape().to_string()));
  }
  const Shape channels{x.extent(1)};
  const DType dtype = is_floating(x.dtype()) ? x.dtype() : f32;
  if (weight.defined()) create(weight, ones(channels, dtype));
  create(bias, zeros(channels, dtype));
  create(running_mean, zeros(channels, accumulator(dtype)));
  create(running_var, ones(channels, accumulator(dtype)));
}

Work BatchNorm::work() const { return {.fan_in = 1, .bias = true}; }

Tensor BatchNorm::forward(const Tensor& x) const {
  if (!moves_statistics())
    return batch_norm_inference(x, scale(), bias, running_mean, running_var, options_.epsilon);
  const auto [y, mean, variance] = batch_norm(x, scale(), bias, options_.epsilon);
  if (has_values(x)) move_statistics(mean, variance, channel_count(x));
  return y;
}

Tensor BatchNorm::scale() const {
  return weight.defined() ? weight.value() : ones(bias.variable().shape(), bias.variable().dtype());
}

bool BatchNorm::moves_statistics() const { return training() && !frozen(); }

void BatchNorm::move_statistics(const Tensor& mean, const Tensor& variance, const Tensor& n) const {
  const Tensor unbiased = variance * (n / maximum(n - 1, 1));
  // Not the next values themselves: those are written in place, after the check.
  watch(mean, running_mean.variable().name());
  watch(variance, running_var.variable().name(), 2);  // n / (n - 1)
  const auto move = [&](const Parameter& running, const Tensor& to) {
    running.assign(lerp(running, cast(stop_gradient(to), running.value().dtype()), options_.momentum));
  };
  move(running_mean, mean), move(running_var, unbiased);
}

Padded BatchNorm::forward_padded(const Padded& x) const {
  if (x.axis < 2) {
    throw ShapeError(
        fmt::format("the padded axis of {} is {}, which are the channels; expected 2 or more "
                    "(Padded::transposed makes [N,C,T] of [N,T,C])",
                    x.values.shape().to_string(), x.axis));
  }
  if (!moves_statistics()) return x.with(forward(x.values));
  const Tensor wide = cast(x.values, running_mean.value().dtype());
  const Tensor counted = broadcast_like(x.expanded_mask(), wide);
  const Axes axes = all_but_channels(wide);
  const Tensor n = maximum(sum(cast(counted, wide.dtype()), axes), 1);
  const auto mean_of = [&](const Tensor& each) { return sum(where(counted, each, 0), axes) / n; };
  const Tensor mean = mean_of(wide);
  const Tensor variance = mean_of(square(wide - per_channel(mean, wide)));
  if (has_values(wide)) move_statistics(mean, variance, n);
  return x.with(batch_norm_inference(x.values, scale(), bias, mean, variance, options_.epsilon));
}

LayerNorm::LayerNorm(const LayerNormOptions& options) : weight(parameter("weight")), options_(options) {
  options::check("LayerNorm", options);
  if (options.bias) bias = parameter("bias");
}

std::optional<LayerText> LayerNorm::text() const { return kLayerNorm.text(options_); }

void LayerNorm::create_parameters(const Tensor& x) const {
  const int first = options_.axis < 0 ? options_.axis + x.rank() : options_.axis;
  if (first < 0 || first >= x.rank())
    throw ShapeError(fmt::format("input {} has no axis {}", x.shape().to_string(), options_.axis));
  Shape shape;
  for (int axis = first; axis < x.rank(); ++axis) shape = shape.appended(x.extent(axis));
  if (!shape.known())
    throw ShapeError(fmt::format("input {}: the normalized axes must be known", x.shape().to_string()));
  const DType dtype = is_floating(x.dtype()) ? x.dtype() : f32;
  create(weight, ones(shape, dtype));
  if (bias.defined()) create(bias, zeros(shape, dtype));
}

Padded LayerNorm::forward_padded(const Padded& x) const {
  const int first = options_.axis < 0 ? options_.axis + x.values.rank() : options_.axis;
  check_apart(x, first, x.values.rank() - first);
  return x.with(forward(x.values));
}

Work LayerNorm::work() const { return {.fan_in = 1, .bias = bias.defined()}; }

Tensor LayerNorm::forward(const Tensor& x) const {
  return layer_norm(x, weight, bias, options_.axis, options_.epsilon);
}

}  // namespace luge::nn
