// from_toml: the tables of a network file besides its layers.
#include <fmt/format.h>

#include <filesystem>

#include "graph/fields.h"
#include "io/network/layer_reader.h"
#include "io/text/toml_text.h"
#include "luge/error.h"
#include "luge/nn/network_file.h"

namespace luge::nn {
namespace {

using io::check_keys, io::fail_at;

Shape shape_of(const std::string& path, const toml::node& node, const std::string& key) {
  const auto refuse = [&] {
    fail_at(
        path, node,
        fmt::format("{} is not the shape of a sample; expected up to {} extents such as [1, 28, 28], 0 for "
                    "one that is unknown",
                    key, Shape::max_rank - 1));
  };
  const auto value = io::toml_value(node);
  std::vector<std::int64_t> extents;
  if (value && std::holds_alternative<std::int64_t>(*value)) {
    extents = {std::get<std::int64_t>(*value)};
  } else if (value && std::holds_alternative<std::vector<std::int64_t>>(*value)) {
    extents = std::get<std::vector<std::int64_t>>(*value);
  }
  if (extents.empty() || extents.size() >= Shape::max_rank) refuse();
  Shape shape;
  for (const std::int64_t extent : extents) {
    if (extent < 0) refuse();
    shape = shape.appended(extent == 0 ? unknown : extent);
  }
  return shape;
}

std::string text_of(const std::string& path, const toml::node& node, const std::string& key) {
  const auto text = node.value_exact<std::string>();
  if (!text || text->empty())
    fail_at(path, node, fmt::format("{} is not text; expected text in quotes", key));
  return *text;
}

DType dtype_of_node(const std::string& path, const toml::node& node) {
  try {
    return fields_detail::dtype_named(text_of(path, node, "dtype"));
  } catch (const FormatError& error) {
    fail_at(path, node, error.what());
  }
}

void read_input(NetworkText& network, const toml::table& table, io::LayerReader::Ends& ends) {
  const std::string& path = network.path;
  check_keys(path, table, {"name", "shape", "dtype"}, " in [[input]]");
  TensorSpec spec;
  if (const toml::node* name = table.get("name")) {
    spec.name = text_of(path, *name, "name");
    if (spec.name.find('.') != std::string::npos)
      fail_at(path, *name, fmt::format("name is '{}'; expected text without dots", spec.name));
  } else {
    fail_at(path, table, "an input has no name; expected name = \"…\"");
  }
  for (const std::string& other : ends.names.inputs) {
    if (other == spec.name) fail_at(path, table, fmt::format("the input '{}' is given twice", spec.name));
  }
  if (const toml::node* shape = table.get("shape"))
    spec.shape = shape_of(path, *shape, "shape").inserted(0, unknown);
  if (const toml::node* dtype = table.get("dtype")) spec.dtype = dtype_of_node(path, *dtype);
  ends.names.inputs.push_back(spec.name);
  ends.inputs.push_back(&table);
  network.inputs.push_back(spec);
}

void read_inputs(NetworkText& network, const toml::node& node, io::LayerReader::Ends& ends) {
  const toml::array* tables = node.as_array();
  if (!tables || !node.is_array_of_tables())
    fail_at(network.path, node,
            "input is not a list of tables; expected [[input]] (or input = [1, 28, 28] in "
            "[network])");
  ends.names.inputs.clear();
  for (const toml::node& each : *tables) read_input(network, *each.as_table(), ends);
  network.input = network.inputs[0].shape.rank() > 0 ? network.inputs[0].shape.without(0) : Shape();
  network.dtype = network.inputs[0].dtype;
}

void read_network_table(NetworkText& network, const toml::node& node, bool has_inputs,
                        io::LayerReader::Ends& ends) {
  const std::string& path = network.path;
  const toml::table* table = node.as_table();
  if (!table) fail_at(path, node, "network is not a table; expected [network]");
  check_keys(path, *table, {"name", "input", "dtype", "outputs"}, " in [network]");
  if (const toml::node* name = table->get("name")) network.name = text_of(path, *name, "name");
  for (const char* key : {"input", "dtype"}) {
    const toml::node* given = table->get(key);
    if (given && has_inputs)
      fail_at(path, *given,
              fmt::format("{} is given, and so are [[input]] tables; expected one of both", key));
  }
  if (const toml::node* input = table->get("input")) network.input = shape_of(path, *input, "input");
  if (const toml::node* dtype = table->get("dtype")) network.dtype = dtype_of_node(path, *dtype);
  if (const toml::node* outputs = table->get("outputs")) {
    ends.names.outputs = io::texts_of(path, *outputs, "outputs = a list of names of layers");
    ends.outputs = outputs;
  }
}

void read_defaults(NetworkText& network, const toml::table& table, const std::string& before) {
  for (const auto& [key, node] : table) {
    const std::string name = before + std::string(key.str());
    if (const toml::table* inner = node.as_table()) {
      read_defaults(network, *inner, name + ".");
      continue;
    }
    const auto value = io::toml_value(node);
    if (!value)
      fail_at(network.path, node,
              fmt::format("{} in [defaults] is neither a number nor text, true or false, or a "
                          "list of them",
                          name));
    network.defaults.push_back({name, options::text(*value), static_cast<int>(node.source().begin.line)});
  }
}

}  // namespace

NetworkText from_toml(const std::string& path, const FromTomlOptions& options) {
  const toml::table table = io::read_toml(path);
  if (table.empty()) throw FormatError(path + ", line 1: the file is empty; expected [[layer]] tables");
  check_keys(path, table, {"network", "input", "layer", "defaults"}, "");
  NetworkText network{.path = path, .name = std::filesystem::path(path).stem().string()};
  io::LayerReader::Ends ends;
  const toml::node* inputs = table.get("input");
  if (inputs) read_inputs(network, *inputs, ends);
  if (const toml::node* node = table.get("network")) read_network_table(network, *node, inputs, ends);
  if (const toml::node* node = table.get("defaults")) {
    if (!node->is_table()) fail_at(path, *node, "defaults is not a table; expected [defaults]");
    read_defaults(network, *node->as_table(), "");
  }
  const toml::node* layers = table.get("layer");
  if (!layers) fail_at(path, table, "there are no layers; expected [[layer]] tables");
  io::LayerReader reader(path, options.outputs);
  if (const toml::table* only = layers->as_table()) {
    if (inputs || ends.outputs)
      fail_at(path, *layers,
              "a network of one layer in single brackets has no named inputs or outputs; write "
              "[[layer]]");
    network.net = reader.single(*only);
  } else {
    network.net = reader.network(*layers, ends);
  }
  network.lines = reader.lines();
  network.takes_outputs = reader.took_outputs();
  std::vector<TensorSpec> specs = options.inputs.empty() ? network.inputs : options.inputs;
  if (specs.empty() && network.input.rank() > 0)
    specs = {{"input", network.dtype, network.input.inserted(0, unknown)}};
  const auto is_known = [](const TensorSpec& spec) {
    return spec.shape.rank() > 0 && spec.shape.without(0).known();
  };
  if (!specs.empty() && std::all_of(specs.begin(), specs.end(), is_known)) network.check(specs);
  return network;
}

}  // namespace luge::nn
