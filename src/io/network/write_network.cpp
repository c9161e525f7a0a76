// to_toml: networks of registered layers as text.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <typeinfo>
#include <unordered_map>

#include "io/text/toml_text.h"
#include "luge/error.h"
#include "luge/nn/branches.h"
#include "luge/nn/layers.h"
#include "luge/nn/network_file.h"
#include "luge/nn/sequential.h"

namespace luge::nn {
namespace {

template <class M>
const M* exactly(const Module& module) {
  return typeid(module) == typeid(M) ? static_cast<const M*>(&module) : nullptr;
}

bool is_list(const Module& module) { return exactly<Sequential>(module) || exactly<Branches>(module); }

std::vector<Branch> layers_of(const Module& net) {
  if (const auto* branches = exactly<Branches>(net)) return branches->layers();
  std::vector<Branch> layers;
  for (const auto& [name, model] : net.child_models()) layers.push_back({name, model});
  return layers;
}

// A list of one whole number is written as the number: kernel = 3.
std::string tidy(const options::Value& value) {
  const auto* wholes = std::get_if<std::vector<std::int64_t>>(&value);
  return wholes && wholes->size() == 1 ? fmt::format("{}", (*wholes)[0]) : io::toml_text(value);
}

std::string list_text(const std::vector<std::string>& names) {
  return names.size() == 1 ? io::toml_quoted(names[0]) : io::toml_text(names);
}

std::string extents_text(const Shape& shape) {
  std::vector<std::int64_t> extents;
  for (int axis = 0; axis < shape.rank(); ++axis) extents.push_back(shape[axis] == unknown ? 0 : shape[axis]);
  return io::toml_text(extents);
}

class Writer {
 public:
  void list(const Module& net, const std::string& header, const std::string& before) {
    const std::vector<Branch> layers = layers_of(net);
    if (layers.empty()) {
      throw ValueError(fmt::format("to_toml: {} has no layers, which a file cannot say",
                                   before.empty() ? "the network" : before.substr(0, before.size() - 1)));
    }
    const auto* branches = exactly<Branches>(net);
    std::vector<std::string> taken = net.input_names();
    if (!branches) taken.clear();
    std::string previous = branches && taken.size() == 1 ? taken[0] : "";
    bool said_from = !branches || taken != Sequential().input_names() || !branches->options().outputs.empty();
    for (const Branch& each : layers) said_from |= each.from != std::vector{previous}, previous = each.name;
    previous = branches && taken.size() == 1 ? taken[0] : "";
    for (std::size_t k = 0; k < layers.size(); ++k) {
      const Branch& each = layers[k];
      open(header, true);
      const std::string automatic = automatic_name(each.layer->type(), taken);
      const std::string path = before + each.name;
      type(path, each.layer);
      if (each.name != automatic) line("name", io::toml_quoted(each.name));
      if (branches && (each.from != std::vector{previous} || (k == 0 && !said_from)))
        line("from", list_text(each.from));
      content(each.layer, header, path);
      taken.push_back(each.name);
      previous = each.name;
    }
  }

  void single(const Model& layer, const std::string& header, const std::string& path) {
    open(header, false);
    type(path, layer);
    content(layer, header, path);
  }

  std::string text;

 private:
  void open(const std::string& header, bool in_list) {
    depth_ = std::count(header.begin(), header.end(), '.');
    if (!text.empty()) text += '\n';
    indent();
    text += in_list ? fmt::format("[[{}]]\n", header) : fmt::format("[{}]\n", header);
  }
  void line(const std::string& key, const std::string& value) {
    indent();
    text += fmt::format("{} = {}\n", key, value);
  }
  void indent() { text.append(static_cast<std::size_t>(2 * depth_), ' '); }

  void type(const std::string& path, const Model& layer) {
    const std::string who = path.empty() ? "the network" : "layer " + path;
    const std::optional<LayerText> said = layer->text();
    const auto refuse = [&](const std::string& why) {
      throw ValueError(fmt::format("to_toml: {} is a {}, which {}", who, layer->type(), why));
    };
    if (!said) refuse("is not a registered layer (luge list layers)");
    // What is written is made again here, so that a class that only derives from a layer is not taken for it.
    Model again;
    try {
      again = nn::layer(said->name, said->values, said->parts);
    } catch (const Error& error) {
      refuse(fmt::format("cannot be made from text: {}", error.what()));
    }
    const Module &a = *layer, &b = *again;
    if (typeid(a) != typeid(b) || !again->text() || again->text()->values != said->values)
      refuse(fmt::format("is not the registered layer {}", said->name));
    const std::string known = seen_[layer->state().get()];
    if (!known.empty() && !again->built()) refuse(fmt::format("shares its parameters with layer {}", known));
    seen_[layer->state().get()] = path.empty() ? "network" : path;
    line("type", io::toml_quoted(said->name));
  }

  void content(const Model& layer, const std::string& header, const std::string& path) {
    const LayerText said = *layer->text();
    for (const auto& [key, value] : said.values) line(key, tidy(value));
    for (const auto& [name, part] : said.parts) {
      const bool itself = part->state() == layer->state();  // a block is the network inside it
      const std::string inner = itself ? path : path.empty() ? name : path + "." + name;
      const std::string inner_header = header + "." + name;
      if (is_list(*part))
        list(*part, inner_header, inner.empty() ? "" : inner + ".");
      else
        single(part, inner_header, inner);
    }
  }

  long depth_ = 0;
  std::unordered_map<const void*, std::string> seen_;
};

// A name as a key, or as part of a dotted one.
std::string key_text(const std::string& key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-' || c == '.';
  });
  return bare ? key : io::toml_quoted(key);
}

std::vector<TensorSpec> inputs_of(const Module& net, const ToTomlOptions& options) {
  if (!options.inputs.empty()) return options.inputs;
  const Metadata& told = net.metadata();
  if (!told.inputs.empty()) return told.inputs;
  if (told.input.rank() > 0 && net.input_names().size() == 1)
    return {{net.input_names()[0], told.dtype, told.input.inserted(0, unknown)}};
  return {};
}

std::string ends_text(const Module& net, const ToTomlOptions& options) {
  const std::vector<TensorSpec> specs = inputs_of(net, options);
  const auto* branches = exactly<Branches>(net);
  const std::vector<std::string> inputs = net.input_names(), outputs = branches ? branches->options().outputs
                                                                                : std::vector<std::string>();
  const bool usual = inputs == Sequential().input_names();
  std::string text;
  if (!options.name.empty()) text += fmt::format("name = {}\n", io::toml_quoted(options.name));
  if (usual && !specs.empty()) {
    text += fmt::format("input = {}\n", extents_text(specs[0].shape.without(0)));
    if (specs[0].dtype != f32) text += fmt::format("dtype = \"{}\"\n", name(specs[0].dtype));
  }
  if (!outputs.empty()) text += fmt::format("outputs = {}\n", io::toml_text(outputs));
  if (!text.empty()) text = "[network]\n" + text;
  for (const std::string& each : inputs) {
    if (usual) break;
    text += fmt::format("{}[[input]]\nname = {}\n", text.empty() ? "" : "\n", io::toml_quoted(each));
    const auto spec = std::ranges::find(specs, each, &TensorSpec::name);
    if (spec == specs.end()) continue;
    text += fmt::format("shape = {}\n", extents_text(spec->shape.without(0)));
    if (spec->dtype != f32) text += fmt::format("dtype = \"{}\"\n", name(spec->dtype));
  }
  return text;
}

}  // namespace

std::string to_toml(const Model& net, const ToTomlOptions& options) {
  Writer writer;
  writer.text = ends_text(*net, options);
  if (is_list(*net))
    writer.list(*net, "layer", "");
  else
    writer.single(net, "layer", "");
  if (!options.defaults.empty()) writer.text += "\n[defaults]\n";
  for (const auto& [key, value] : options.defaults)
    writer.text += fmt::format("{} = {}\n", key_text(key), tidy(value));
  return writer.text;
}

}  // namespace luge::nn
