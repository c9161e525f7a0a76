#include "luge/nn/time_distributed.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/nn/summary.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "nn/module_state.h"
#include "nn/padded_axes.h"
#include "nn/registered_layer.h"
#include "nn/work.h"

namespace luge::nn {
namespace {

const RegisteredLayer<> kTimeDistributed("time-distributed", "a layer for each step of [N,T,…]",
                                         [](const Parts& parts) { return TimeDistributed(parts[0].second); },
                                         {"layer"});

// The layer of this handle: copies share it, and clones have their own.
const Module& inner(const Module& all) { return *all.state()->children[0].module; }

// Both leading axes as one, and back: at most one of them is left to be found out.
Tensor each_step(const Tensor& x, const Module& layer) {
  if (x.rank() < 2)
    throw ShapeError(fmt::format("input {} has no axis of steps; expected [N,T,…]", x.shape().to_string()));
  const Tensor y = layer(flatten(x, 0, 1));
  return unflatten(y, 0, {x.extent(0), x.extent(1)});
}

const bool told_time_distributed = facts::add(
    "layer", {{"time-distributed",
               {.formula = "y_t = layer(x_t) for each step t, with the same weights",
                .parameters = "those of the layer",
                .output = "[N,T,…] with what the layer returns",
                .use = "for layers that know no time, such as convolutions on each picture of a film."}}});

}  // namespace

TimeDistributed::TimeDistributed(const Model& layer) { child("layer", layer); }

std::optional<LayerText> TimeDistributed::text() const { return kTimeDistributed.text({}, child_models()); }

Tensor TimeDistributed::forward(const Tensor& x) const { return each_step(x, inner(*this)); }

// Steps first: what is drawn for a step does not depend on how many steps there are then.
Padded TimeDistributed::forward_padded(const Padded& x) const {
  check_axis(x, 1);
  const Tensor y = transpose(each_step(transpose(x.values, 0, 1), inner(*this)), 0, 1);
  if (!inner(*this).named_buffers().empty() && training()) {
    throw ValueError(
        fmt::format("{} moves statistics of the whole batch in training, in which steps beyond the "
                    "lengths would count; give it values without lengths, or eval mode",
                    inner(*this).describe()));
  }
  const Padded all = x.with(y);
  return x.with(all.filled());
}

Work TimeDistributed::work_of(const Tensors& inputs, const Tensors&) const {
  const Tensor& x = inputs[0];
  const std::int64_t others = x.extent(1) - 1;
  const Summary one = summary(inner(*this), x.shape().without(0).without(0), x.dtype());
  return {.macs = known_product({others, one.macs}), .connections = known_product({others, one.connections})};
}

}  // namespace luge::nn
