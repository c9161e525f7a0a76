#include "experiment/whitened_layer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/nearest.h"
#include "experiment/several_parts.h"
#include "luge/data/patch_whitening.h"
#include "luge/error.h"
#include "luge/nn/conv.h"
#include "luge/nn/layers.h"
#include "luge/nn/matches.h"
#include "luge/nn/observe.h"
#include "luge/ops/math.h"

namespace luge::experiment {
namespace {

constexpr std::int64_t kBatch = 128;  // of looks at the data

struct Found {
  std::string path;
  const nn::Module* layer;
};

void find_convs(const nn::Module& net, const std::string& before, std::vector<Found>& found) {
  for (const auto& [name, child] : net.children()) {
    const std::string path = before + name;
    if (dynamic_cast<const nn::Conv2d*>(child.get())) found.push_back({path, child.get()});
    find_convs(*child, path + ".", found);
  }
}

[[noreturn]] void refuse(const Config& config, const std::string& problem) {
  throw SettingError(fmt::format("{}: {}", config.said("init.whiten"), problem));
}

Found layer_of(const Config& config, const nn::Module& net, const std::string& pattern) {
  std::vector<Found> convs, chosen;
  find_convs(net, "", convs);
  std::vector<std::string> paths, named;
  for (const Found& each : convs) {
    paths.push_back(each.path);
    if (!nn::matches(pattern, each.path)) continue;
    chosen.push_back(each);
    named.push_back(each.path);
  }
  if (chosen.empty())
    refuse(config, fmt::format("no convolution of pictures is called so{}", suggestion(pattern, paths)));
  if (chosen.size() > 1) {
    refuse(config,
           fmt::format("{} layers are called so: {}; expected one", chosen.size(), fmt::join(named, ", ")));
  }
  return chosen.front();
}

// Of neighboring pixels of all channels only.
void check_patches(const Config& config, const Found& found) {
  const std::optional<nn::LayerText> text = found.layer->text();
  for (const auto& [option, value] : text->values) {
    if (option == "groups" || option == "dilation")
      refuse(config, fmt::format("the layer has {}={}; expected a convolution without", option,
                                 options::text(value)));
  }
}

}  // namespace

void whiten_layer(const Config& config, train::Trainer& trainer, const data::Dataset& samples,
                  const Tell& tell) {
  if (!config.knows("init.whiten")) return;
  const auto keys = read<WhitenedLayerKeys>(config);
  if (keys.whiten.value_or("none") == "none") return;
  const nn::Module& net = trainer.net();
  const Found found = layer_of(config, net, *keys.whiten);
  check_patches(config, found);
  Variable weight;
  for (const nn::NamedVariable& each : net.named_parameters()) {
    if (each.name == found.path + ".weight") weight = each.variable;
  }
  const Shape shape = weight.shape();
  data::PatchWhitening patches(shape.without(0));
  const std::int64_t wanted = std::min<std::int64_t>(keys.whiten_samples, samples.size());
  const data::Batches batches =
      samples.shuffle({.seed = static_cast<std::uint64_t>(own_seed(config))}).batch(std::min(kBatch, wanted));
  std::int64_t seen = 0;
  auto epoch = batches.epoch(0);
  while (seen < wanted) {
    const auto batch = epoch.next();
    if (!batch) break;
    const nn::Probe probe(net, false);
    Tensor input;
    nn::observe(net, (*batch).to_tensors()[data::kInput], [&](const nn::LayerCall& call) {
      // The pictures as they are; views of them follow.
      if (call.path == found.path && !input.defined()) input = call.inputs[0];
    });
    if (!input.defined()) refuse(config, "the network does not call this layer");
    patches.add(input);
    seen += batch->rows;
  }
  try {
    weight.assign(cast(patches.filters(shape[0], keys.whiten_epsilon), weight.dtype()));
  } catch (const ValueError& error) {
    refuse(config, error.what());
  }
  tell(fmt::format("init: the filters of {} whiten patches of {}x{}, from {} samples", found.path, shape[2],
                   shape[3], seen));
}

}  // namespace luge::experiment
