// The registry of layers.
#include "luge/nn/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/nearest.h"
#include "core/registry.h"
#include "graph/node.h"
#include "luge/facts.h"
#include "luge/nn/observe.h"

namespace luge::nn {
namespace {

using Layers = Registry<Model, const Parts&>;

Layers& layers() {
  static auto& registry = *new Layers({.one = "layer", .many = "layers"});
  return registry;
}

std::map<std::string, std::vector<std::string>>& parts_of_layers() {
  static auto& table = *new std::map<std::string, std::vector<std::string>>;
  return table;
}

// Whether it maps [N,3,4] and [N] to the same shape without parameters, several inputs or options that must
// be given. Normalizations need the axes that [N] does not have.
bool is_activation(const std::string& name) {
  const std::vector<options::Info> options = layer_options(name);
  if (!layer_parts(name).empty() || std::ranges::any_of(options, &options::Info::required)) return false;
  try {
    const Model made = layer(name);
    if (made->input_names().size() != 1 || made->output_names().size() != 1) return false;
    const Probe probe(*made, false);
    const TypesAlone types;
    for (const Shape& shape : {Shape{unknown, 3, 4}, Shape{unknown}}) {
      if (made(argument_leaf({f32, shape}, "x")).shape() != shape) return false;
    }
    return made->named_parameters().empty() && made->named_buffers().empty();
  } catch (const Error&) {
    return false;
  }
}

// The layers that are activations, as things of their own for lists and help.
class Activations final : public Family {
 public:
  Activations() : Family({.one = "activation", .many = "activations"}) {}
  std::vector<std::string> names() const override { return activation_names(); }
  Member member(std::string_view name) const override {
    const std::string given(name.substr(0, name.find('(')));
    if (!layers().has(given) || !is_activation(given)) refuse(name);
    return layers().member(name);
  }
};
const Activations activations;
const bool described = facts::share("activation", "layer");

}  // namespace

bool add_layer(const std::string& name, const std::string& description, LayerMaker make,
               std::vector<std::string> parts) {
  if (!layers().add(name, description, std::move(make))) return false;
  if (!parts.empty()) parts_of_layers()[name] = std::move(parts);
  return true;
}

Model layer(const std::string& name, const options::Values& values, const Parts& parts) {
  const std::vector<std::string> known = layer_parts(name.substr(0, name.find('(')));
  for (const auto& [part, model] : parts) {
    if (std::ranges::find(known, part) == known.end()) {
      throw ValueError(fmt::format("layer {}: there is no part '{}'{}", name, part,
                                   known.empty() ? "; there are none" : suggestion(part, known)));
    }
    if (!model.defined()) throw ValueError(fmt::format("layer {}: the part '{}' is empty", name, part));
  }
  Parts ordered;
  for (const std::string& each : known) {
    for (const auto& [part, model] : parts) {
      if (part == each) ordered.emplace_back(part, model);
    }
  }
  if (ordered.size() > known.size()) throw ValueError(fmt::format("layer {}: a part is given twice", name));
  if (!known.empty() && (ordered.empty() || ordered[0].first != known[0])) {
    throw options::OptionError(
        "layer " + name, options::OptionError(known[0], fmt::format("the part '{}' is missing", known[0])));
  }
  return layers().make(name, values, ordered);
}

std::vector<std::string> layer_names() { return layers().names(); }

std::vector<options::Info> layer_options(const std::string& name) { return layers().member(name).options; }

std::vector<std::string> layer_parts(const std::string& name) {
  if (!layers().has(name)) layers().refuse(name);
  const auto found = parts_of_layers().find(name);
  return found == parts_of_layers().end() ? std::vector<std::string>() : found->second;
}

std::vector<std::string> activation_names() {
  std::vector<std::string> names = layer_names();
  std::erase_if(names, [](const std::string& name) { return !is_activation(name); });
  return names;
}

}  // namespace luge::nn
