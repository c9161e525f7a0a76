#include "train/layer_histograms.h"

#include <algorithm>

#include "luge/nn/observe.h"

namespace luge::train {
namespace {

std::string tag_of(const char* kind, std::string path) {
  std::replace(path.begin(), path.end(), '.', '/');
  return std::string(kind) + "/" + path;
}

}  // namespace

NamedHistograms weight_histograms(const nn::Module& net) {
  NamedHistograms all;
  for (const nn::NamedVariable& each : net.named_parameters())
    all.emplace_back(tag_of("weights", each.name), io::histogram_of(each.variable.value()));
  return all;
}

NamedHistograms gradient_histograms(const Trainer& trainer, const data::Batch& batch) {
  NamedHistograms all;
  for (const auto& [name, gradient] : trainer.gradients(batch))
    all.emplace_back(tag_of("gradients", name), io::histogram_of(gradient));
  return all;
}

NamedHistograms activation_histograms(const nn::Module& net, const data::Batch& batch) {
  const std::vector<std::string> names = net.input_names();
  if (!std::all_of(names.begin(), names.end(), [&](const auto& name) { return batch.contains(name); }))
    return {};
  const nn::Probe probe(net, true);
  std::vector<std::string> paths;
  Tensors outputs;
  nn::observe(net, batch.tensors().select(names), [&](const nn::LayerCall& call) {
    if (!call.module.children().empty() || call.outputs.size() != 1) return;
    const std::string path = call.path.empty() ? "output" : call.path;
    if (std::find(paths.begin(), paths.end(), path) != paths.end()) return;  // called again
    paths.push_back(path);
    outputs.push_back(call.outputs[0]);
  });
  eval(outputs);
  NamedHistograms all;
  for (std::size_t k = 0; k < paths.size(); ++k)
    all.emplace_back(tag_of("activations", paths[k]), io::histogram_of(outputs[k]));
  return all;
}

}  // namespace luge::train
