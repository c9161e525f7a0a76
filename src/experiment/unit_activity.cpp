#include "experiment/unit_activity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "luge/autodiff.h"
#include "luge/error.h"
#include "luge/nn/observe.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"

namespace luge::experiment {
namespace {

constexpr std::int64_t kBatch = 256;

// What was seen of an activation, batch after batch.
struct Seen {
  std::string type;
  std::vector<double> slope, size;  // the largest of each unit
  double zeros = 0, flat = 0, count = 0;
};

bool may_be_activation(const nn::LayerCall& call) {
  if (!call.module.children().empty() || call.inputs.size() != 1 || call.outputs.size() != 1) return false;
  const Tensor &in = call.inputs[0], &out = call.outputs[0];
  return call.module.parameters().empty() && call.module.named_buffers().empty() && is_floating(in.dtype()) &&
         in.shape() == out.shape() && in.rank() >= 2 && in.shape().known() && in.node() != out.node();
}

int unit_axis(const Tensor& x) { return x.rank() == 3 ? 2 : 1; }

void add(Seen& seen, const nn::LayerCall& call) {
  const Tensor &in = call.inputs[0], &out = call.outputs[0];
  const Tensor slope = abs(grad(sum(out), Tensors{in})[0]);
  std::vector<std::int64_t> others;
  for (int axis = 0; axis < out.rank(); ++axis) {
    if (axis != unit_axis(out)) others.push_back(axis);
  }
  const Axes axes(others);
  const auto slopes = cast(max(slope, axes), f64).to_vector<double>();
  const auto sizes = cast(max(abs(out), axes), f64).to_vector<double>();
  if (seen.slope.empty()) seen.slope.resize(slopes.size()), seen.size.resize(sizes.size());
  for (std::size_t u = 0; u < slopes.size(); ++u) {
    seen.slope[u] = std::max(seen.slope[u], slopes[u]);
    seen.size[u] = std::max(seen.size[u], sizes[u]);
  }
  const auto count = static_cast<double>(out.shape().elements());
  seen.zeros += count * cast(mean(cast(equal(out, 0), f32)), f64).item<double>();
  seen.flat += count * cast(mean(cast(less(slope, kFlat), f32)), f64).item<double>();
  seen.count += count;
}

// Softmax is none: the sum over its outputs never changes.
bool is_share_of_one(const nn::LayerCall& call) {
  const Tensor& out = call.outputs[0];
  const Tensor sums = sum(out, unit_axis(out));
  return cast(max(abs(sums - 1)), f64).item<double>() < 1e-3;
}

}  // namespace

std::vector<UnitActivity> unit_activity(const nn::Module& net, const data::Dataset& samples,
                                        const Poll& poll) {
  if (net.input_names().size() != 1)
    throw ValueError(fmt::format("{}: has {} inputs; units are shown of networks with one",
                                 net.metadata().name, net.input_names().size()));
  std::vector<std::string> order;
  std::map<std::string, Seen> all;
  std::map<std::string, bool> left_out;
  for (const data::Batch& batch : samples.batch(kBatch)) {
    if (poll) poll();
    const nn::Probe probe(net, false);
    std::vector<nn::LayerCall> calls;
    nn::observe(net, batch[net.input_names()[0]], [&](const nn::LayerCall& call) {
      if (may_be_activation(call)) calls.push_back(call);
    });
    for (const nn::LayerCall& call : calls) {
      if (left_out[call.path]) continue;
      try {
        if (is_share_of_one(call)) {
          left_out[call.path] = true;
          continue;
        }
        const auto [entry, fresh] = all.try_emplace(call.path);
        if (fresh) order.push_back(call.path), entry->second.type = call.module.type();
        add(entry->second, call);
      } catch (const Error&) {  // within a loop, where there are no values yet
        left_out[call.path] = true;
      }
    }
  }
  std::vector<UnitActivity> found;
  for (const std::string& path : order) {
    const Seen& seen = all[path];
    if (left_out[path] || seen.count == 0) continue;
    UnitActivity& one = found.emplace_back();
    one.path = path;
    one.type = seen.type;
    one.units = static_cast<std::int64_t>(seen.slope.size());
    for (std::size_t u = 0; u < seen.slope.size(); ++u) {
      if (!(seen.slope[u] < kFlat)) continue;
      ++one.dead;
      one.always_zero += seen.size[u] == 0;
    }
    one.zeros = seen.zeros / seen.count;
    one.flat = seen.flat / seen.count;
  }
  return found;
}

void warn_of_dead_layers(const nn::Module& net, const data::Dataset& samples, const Tell& tell) {
  constexpr std::int64_t kMost = 512;
  if (samples.size() == 0 || net.input_names().size() != 1 ||
      !samples.info().fields.find(net.input_names()[0]))
    return;
  try {
    const std::int64_t stride = std::max<std::int64_t>(1, samples.size() / kMost);
    std::vector<std::int64_t> some;
    for (std::int64_t i = 0; i < samples.size() && static_cast<std::int64_t>(some.size()) < kMost;
         i += stride)
      some.push_back(i);
    const std::vector<UnitActivity> all = unit_activity(net, samples.select(some));
    for (const UnitActivity& layer : all) {
      if (2 * layer.dead <= layer.units) continue;
      tell(fmt::format(
          "warning: {} of the {} units of {} ({}) react to none of {} validation samples, so that little is "
          "learned through them: a smaller learning rate, other initial weights, a normalization or another "
          "activation may help; luge units shows all layers",
          layer.dead, layer.units, layer.path, layer.type, some.size()));
    }
  } catch (const Error&) {  // a look that cannot be taken is no fault of the training
  }
}

}  // namespace luge::experiment
