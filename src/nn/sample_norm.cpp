#include "luge/nn/sample_norm.h"

#include <fmt/format.h>

#include "graph/expand.h"
#include "graph/trace.h"
#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/math.h"
#include "luge/ops/normalization.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sample_normalization.h"
#include "luge/ops/shape.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"

namespace luge::nn {
namespace {

using options::above, options::at_least, options::elsewhere, options::required, options::within;

struct GroupNormText {
  std::int64_t groups = 1;
  GroupNormOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("groups", self.groups, "number of groups of channels", at_least(1), required,
          elsewhere({"num_groups"}));
    field("epsilon", self.options.epsilon, "added to the variance", at_least(0), elsewhere({"eps"}));
    field("affine", self.options.affine, "apply weight·x + bias");
  }
};
struct InstanceNormText {
  InstanceNormOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("epsilon", self.options.epsilon, "added to the variance", at_least(0), elsewhere({"eps"}));
    field("affine", self.options.affine, "apply weight·x + bias");
    field("running_statistics", self.options.running_statistics,
          "keep running statistics, and use them in eval mode", elsewhere({"track_running_stats"}));
    field("momentum", self.options.momentum, "the share of the newest batch in the running statistics",
          within(0, 1));
  }
};
struct RMSNormText {
  RMSNormOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("axis", self.options.axis, "this axis and all axes after it are normalized together; -1: the last");
    field("epsilon", self.options.epsilon, "added to the mean square", at_least(0), elsewhere({"eps"}));
    field("affine", self.options.affine, "multiply by weight", elsewhere({"elementwise_affine"}));
  }
};
struct LRNText {
  std::int64_t size = 5;
  LRNOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("size", self.size, "number of neighboring channels", at_least(1));
    field("alpha", self.options.alpha, "the factor of the mean square");
    field("beta", self.options.beta, "the exponent");
    field("bias", self.options.bias, "added to the mean square", above(0), elsewhere({"k"}));
  }
};

const RegisteredLayer<GroupNormText> kGroupNorm("group-norm",
                                                "groups of channels of each sample to mean 0 and variance 1",
                                                [](const GroupNormText& o) {
                                                  return GroupNorm(o.groups, o.options);
                                                });
const RegisteredLayer<InstanceNormText> kInstanceNorm("instance-norm",
                                                      "each channel of each sample to mean 0 and variance 1",
                                                      [](const InstanceNormText& o) {
                                                        return InstanceNorm(o.options);
                                                      });
const RegisteredLayer<RMSNormText> kRMSNorm("rms-norm", "the last axes over the root of their mean square",
                                            [](const RMSNormText& o) { return RMSNorm(o.options); });
const RegisteredLayer<LRNText> kLRN("local-response-norm",
                                    "each channel over a power of the mean square of its neighbors",
                                    [](const LRNText& o) { return LocalResponseNorm(o.size, o.options); });

std::int64_t channels_of(const Tensor& x) {
  if (x.rank() < 2 || x.extent(1) == unknown) {
    throw ShapeError(fmt::format("input {} has an unknown number of channels; expected [N,C] or [N,C,…]",
                                 x.shape().to_string()));
  }
  return x.extent(1);
}

DType parameter_dtype(const Tensor& x) { return is_floating(x.dtype()) ? x.dtype() : f32; }

// An empty batch has no statistics, and placeholders have no values yet.
bool has_values(const Tensor& x) { return x.shape().known() ? x.elements() > 0 : values_come_later(); }

const bool told_sample_norm = facts::add(
    "layer", {{"group-norm",
               {.formula = "y = weight·(x - μ)/√(σ² + epsilon) + bias, where μ and σ² are of each sample "
                           "over the channels of a group",
                .parameters = "2·C; without affine, none",
                .output = "the shape of x [N,C,…]",
                .use = "in place of batch-norm for small batches, as in detection."}},
              {"instance-norm",
               {.formula = "y = (x - μ)/√(σ² + epsilon), where μ and σ² are of each channel of each sample; "
                           "with affine, times weight plus bias",
                .parameters = "2·C with affine, else none",
                .output = "the shape of x [N,C,…]",
                .use = "for style transfer and generators: the contrast of each picture is removed."}},
              {"rms-norm",
               {.formula = "y = weight·x/√(mean(x²) + epsilon) over the last axes",
                .parameters = "the elements of the last axes; without affine, none",
                .output = "the shape of x",
                .use = "in place of layer-norm in language models: nearly as good, and less work."}},
              {"local-response-norm",
               {.formula = "y = x/(k + alpha·(mean of x² over size neighboring channels))^beta",
                .parameters = "none",
                .output = "the shape of x [N,C,…]",
                .use = "to rebuild AlexNet; batch-norm is better."}}});

}  // namespace

GroupNorm::GroupNorm(std::int64_t groups, const GroupNormOptions& options)
    : groups_(groups), options_(options) {
  options::check("GroupNorm", GroupNormText{groups, options});
  if (options.affine) weight = parameter("weight"), bias = parameter("bias");
}

void GroupNorm::create_parameters(const Tensor& x) const {
  if (!options_.affine) return;
  create(weight, ones({channels_of(x)}, parameter_dtype(x)));
  create(bias, zeros({channels_of(x)}, parameter_dtype(x)));
}

Tensor GroupNorm::forward(const Tensor& x) const {
  return group_norm(x, groups_, weight, bias, options_.epsilon);
}

std::string GroupNorm::describe() const { return fmt::format("GroupNorm {}", groups_); }
std::optional<LayerText> GroupNorm::text() const { return kGroupNorm.text({groups_, options_}); }

InstanceNorm::InstanceNorm(const InstanceNormOptions& options) : options_(options) {
  options::check("InstanceNorm", InstanceNormText{options});
  if (options.affine) weight = parameter("weight"), bias = parameter("bias");
  if (options.running_statistics) running_mean = buffer("running_mean"), running_var = buffer("running_var");
}

void InstanceNorm::create_parameters(const Tensor& x) const {
  const DType dtype = parameter_dtype(x);
  if (options_.affine) {
    create(weight, ones({channels_of(x)}, dtype));
    create(bias, zeros({channels_of(x)}, dtype));
  }
  if (options_.running_statistics) {
    create(running_mean, zeros({channels_of(x)}, accumulator(dtype)));
    create(running_var, ones({channels_of(x)}, accumulator(dtype)));
  }
}

Tensor InstanceNorm::forward(const Tensor& x) const {
  if (options_.running_statistics && !training()) {
    const Tensor scale = options_.affine ? weight.value() : ones({x.extent(1)}, x.dtype());
    const Tensor shift = options_.affine ? bias.value() : zeros({x.extent(1)}, x.dtype());
    return batch_norm_inference(x, scale, shift, running_mean, running_var, options_.epsilon);
  }
  const Tensor y = instance_norm(x, weight, bias, options_.epsilon);
  if (options_.running_statistics && has_values(x)) move_statistics(x);
  return y;
}

void InstanceNorm::move_statistics(const Tensor& x) const {
  const Tensor wide = cast(x, running_mean.value().dtype());
  const Tensor n = count(wide, from(2), wide.dtype());
  const Tensor unbiased = var(wide, from(2), Keep::no, 0) * (n / maximum(n - 1, 1));
  const auto move = [&](const Parameter& running, const Tensor& of_samples) {
    running.assign(lerp(running, stop_gradient(mean(of_samples, 0)), options_.momentum));
  };
  move(running_mean, mean(wide, from(2))), move(running_var, unbiased);
}

std::optional<LayerText> InstanceNorm::text() const { return kInstanceNorm.text({options_}); }

RMSNorm::RMSNorm(const RMSNormOptions& options) : options_(options) {
  options::check("RMSNorm", RMSNormText{options});
  if (options.affine) weight = parameter("weight");
}

void RMSNorm::create_parameters(const Tensor& x) const {
  if (!options_.affine) return;
  const int first = options_.axis < 0 ? options_.axis + x.rank() : options_.axis;
  if (first < 0 || first >= x.rank())
    throw ShapeError(fmt::format("input {} has no axis {}", x.shape().to_string(), options_.axis));
  Shape shape;
  for (int axis = first; axis < x.rank(); ++axis) shape = shape.appended(x.extent(axis));
  if (!shape.known())
    throw ShapeError(fmt::format("input {}: the normalized axes must be known", x.shape().to_string()));
  create(weight, ones(shape, parameter_dtype(x)));
}

Tensor RMSNorm::forward(const Tensor& x) const {
  return rms_norm(x, weight, options_.axis, options_.epsilon);
}

Padded RMSNorm::forward_padded(const Padded& x) const {
  const int first = options_.axis < 0 ? options_.axis + x.values.rank() : options_.axis;
  check_apart(x, first, x.values.rank() - first);
  return x.with(forward(x.values));
}

std::optional<LayerText> RMSNorm::text() const { return kRMSNorm.text({options_}); }

LocalResponseNorm::LocalResponseNorm(std::int64_t size, const LRNOptions& options)
    : size_(size), options_(options) {
  options::check("LocalResponseNorm", LRNText{size, options});
}

Tensor LocalResponseNorm::forward(const Tensor& x) const {
  return local_response_norm(
      x, {.size = size_, .alpha = options_.alpha, .beta = options_.beta, .bias = options_.bias});
}

Padded LocalResponseNorm::forward_padded(const Padded& x) const {
  check_apart(x, 1, 1);
  return x.with(forward(x.values));
}

std::string LocalResponseNorm::describe() const { return fmt::format("LocalResponseNorm {}", size_); }
std::optional<LayerText> LocalResponseNorm::text() const { return kLRN.text({size_, options_}); }

}  // namespace luge::nn
