// profile_layers: the kernels of a training step by the layers that they compute.
#include "luge/train/layer_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "io/text/json_text.h"
#include "luge/error.h"
#include "runtime/scope_times.h"
#include "train/scope_names.h"

namespace luge::train {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(Phase phase) {
  switch (phase) {
    case Phase::forward: return "forward";
    case Phase::backward: return "backward";
    case Phase::update: return "update";
  }
  return "";
}

LayerTime& row_of(LayerProfile& profile, const std::string& layer) {
  const auto found = std::ranges::find(profile.layers, layer, &LayerTime::layer);
  if (found != profile.layers.end()) return *found;
  profile.layers.push_back({layer});
  return profile.layers.back();
}

void add_parameters(LayerProfile& profile, const nn::Module& net) {
  for (const auto& [name, variable] : net.named_parameters()) {
    const auto found = std::ranges::find(profile.layers, name.substr(0, name.rfind('.')), &LayerTime::layer);
    if (found != profile.layers.end())
      found->parameters += static_cast<std::size_t>(variable.shape().elements()) * size_of(variable.dtype());
  }
}

std::string size_text(std::size_t bytes) {
  if (bytes == 0) return "";
  const double kib = static_cast<double>(bytes) / 1024;
  return kib < 1024 ? fmt::format("{:.1f} KiB", kib) : fmt::format("{:.1f} MiB", kib / 1024);
}

constexpr int kKernels = 1, kLayers = 2;  // the lines of a step

Json event(const std::string& name, const std::string& category, double begin, double seconds, int line) {
  return {{"name", name},         {"cat", category}, {"ph", "X"},  {"ts", 1e6 * begin},
          {"dur", 1e6 * seconds}, {"pid", 1},        {"tid", line}};
}

Json name_event(const char* what, int line, const std::string& name) {
  return {{"name", what}, {"ph", "M"}, {"pid", 1}, {"tid", line}, {"args", {{"name", name}}}};
}

// The kernels and layers of one step, in the order in which they begin.
std::vector<Json> events_of(const LayerProfile& profile) {
  const std::vector<KernelTime>& kernels = profile.kernels;
  std::vector<Json> events;
  double at = 0;
  std::size_t layer = 0;  // its event
  for (std::size_t k = 0; k < kernels.size(); ++k) {
    const KernelTime& own = kernels[k];
    // Neighbors of one layer and phase are one event of the layer.
    if (k == 0 || kernels[k - 1].layer != own.layer || kernels[k - 1].phase != own.phase) {
      layer = events.size();
      events.push_back(event(own.layer, own.phase, at, 0, kLayers));
    }
    Json one = event(own.op, own.phase, at, own.seconds, kKernels);
    one["args"] = {{"kernel", own.kernel}, {"layer", own.layer}, {"bytes", own.bytes}};
    events.push_back(std::move(one));
    at += own.seconds;
    events[layer]["dur"] = 1e6 * at - events[layer]["ts"].get<double>();
  }
  return events;
}

}  // namespace

LayerProfile profile_layers(Trainer trainer, const data::Batch& batch, std::int64_t steps) {
  if (steps < 1) throw ValueError(fmt::format("profile_layers: steps is {}; expected at least 1", steps));
  const ScopeTimes times;
  trainer.profile(batch, steps);
  LayerProfile profile;
  profile.steps = steps;
  const NamedTensors fields = batch.tensors();
  profile.samples = fields.begin() == fields.end() ? 0 : fields.begin()->second.shape()[0];
  std::map<std::string, int> order;
  for (const TimedStep& step : times.steps()) {
    if (step.calls == 0) continue;
    const double seconds = step.seconds / static_cast<double>(step.calls);
    const std::string layer = step.part.empty() ? std::string(kOtherScope) : step.part;
    order[layer] = step.order;
    profile.kernels.push_back({step.op, step.kernel, layer, name_of(step.phase), seconds, step.bytes});
    profile.seconds += seconds;
    LayerTime& row = row_of(profile, layer);
    (step.phase == Phase::forward    ? row.forward
     : step.phase == Phase::backward ? row.backward
                                     : row.update) += seconds;
    row.bytes += step.bytes;
  }
  // Layers as they compute, then what is in none.
  constexpr const char* kLast[] = {kLossScope, kMetricsScope, kOptimizerScope, kOtherScope};
  const auto rank = [&](const LayerTime& row) {
    const auto last = std::ranges::find(kLast, row.layer) - std::begin(kLast);
    return std::pair(last == std::ssize(kLast) ? std::ptrdiff_t{-1} : last, order[row.layer]);
  };
  std::ranges::stable_sort(profile.layers, {}, rank);
  add_parameters(profile, trainer.net());
  return profile;
}

std::string LayerProfile::to_string() const {
  std::size_t width = 5;
  for (const LayerTime& row : layers) width = std::max(width, row.layer.size());
  std::string text = fmt::format("{:<{}}  {:>9}  {:>9}  {:>9}  {:>6}  {:>10}  {:>10}\n", "layer", width,
                                 "forward", "backward", "update", "share", "written", "parameters");
  const auto ms = [](double seconds) {
    return seconds > 0 ? fmt::format("{:.3f} ms", 1e3 * seconds) : std::string();
  };
  const auto add = [&](const LayerTime& row) {
    const double share = seconds > 0 ? 100 * row.seconds() / seconds : 0;
    text += fmt::format("{:<{}}  {:>9}  {:>9}  {:>9}  {:>5.1f}%  {:>10}  {:>10}\n", row.layer, width,
                        ms(row.forward), ms(row.backward), ms(row.update), share, size_text(row.bytes),
                        size_text(row.parameters));
  };
  LayerTime sum{"sum"};
  for (const LayerTime& row : layers) {
    add(row);
    sum.forward += row.forward;
    sum.backward += row.backward;
    sum.update += row.update;
    sum.bytes += row.bytes;
    sum.parameters += row.parameters;
  }
  add(sum);
  return text + fmt::format("{:.3f} ms of kernels in a step of {} samples, the mean of {} steps\n",
                            1e3 * seconds, samples, steps);
}

std::string LayerProfile::chrome_trace() const { return train::chrome_trace({{"luge", *this}}); }

std::string chrome_trace(const std::vector<std::pair<std::string, LayerProfile>>& profiles) {
  Json events = Json::array();
  int process = 0;
  for (const auto& [name, profile] : profiles) {
    ++process;
    std::vector<Json> own = {name_event("process_name", 0, name),
                             name_event("thread_name", kKernels, "kernels"),
                             name_event("thread_name", kLayers, "layers")};
    std::ranges::move(events_of(profile), std::back_inserter(own));
    for (Json& each : own) {
      each["pid"] = process;
      events.push_back(std::move(each));
    }
  }
  return io::json_text(Json{{"traceEvents", std::move(events)}, {"displayTimeUnit", "ms"}});
}

}  // namespace luge::train
