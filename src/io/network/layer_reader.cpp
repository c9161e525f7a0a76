#include "io/network/layer_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/nearest.h"
#include "io/text/toml_text.h"
#include "luge/error.h"
#include "luge/nn/activation.h"
#include "luge/nn/sequential.h"

namespace luge::io {
namespace {

constexpr std::int64_t kMostLayers = 2'000;
constexpr int kDeepest = 32;
const std::vector<std::string> kOwnKeys = {"type", "name", "from", "repeat"};

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string kind_of(const toml::node& node) {
  if (node.is_table()) return "a table";
  if (node.is_array_of_tables()) return "a list of tables";
  const auto value = toml_value(node);
  if (!value) return node.is_array() ? "a list of different kinds" : "a date or time";
  return node.is_string() ? fmt::format("'{}'", options::text(*value)) : toml_text(*value);
}

// The keys in the order of the file, so that the first of several errors is told.
std::vector<std::pair<std::string, const toml::node*>> in_order(const toml::table& table) {
  std::vector<std::pair<std::string, const toml::node*>> all;
  for (const auto& [key, node] : table) all.emplace_back(key.str(), &node);
  std::ranges::stable_sort(all, {}, [](const auto& each) {
    const auto& at = each.second->source().begin;
    return std::pair(at.line, at.column);
  });
  return all;
}

bool has_from(const toml::array& tables) {
  return std::any_of(tables.begin(), tables.end(), [](const toml::node& each) {
    return each.is_table() && each.as_table()->contains("from");
  });
}

// Something of the same class as the network of this node, which gives a block its name before its parts are
// read.
nn::Model like(const toml::node& node) {
  if (node.is_array() && has_from(*node.as_array())) return nn::Branches({{"relu1", nn::Relu()}});
  return nn::Sequential();
}

std::string guessed_type(std::string registered) {
  std::erase(registered, '-');
  return registered;
}

}  // namespace

void fail_at(const std::string& path, const toml::node& at, const std::string& problem) {
  throw FormatError(fmt::format("{}: {}", toml_place(path, at), problem));
}

std::vector<std::string> texts_of(const std::string& path, const toml::node& node,
                                  const std::string& expected) {
  const auto value = toml_value(node);
  if (value && std::holds_alternative<std::string>(*value)) return {std::get<std::string>(*value)};
  const auto* texts = value ? std::get_if<std::vector<std::string>>(&*value) : nullptr;
  if (!texts || texts->empty()) fail_at(path, node, fmt::format("{}; expected {}", kind_of(node), expected));
  return *texts;
}

void check_keys(const std::string& path, const toml::table& table, const std::vector<std::string>& known,
                const std::string& where) {
  for (const auto& [key, node] : in_order(table)) {
    if (has(known, key)) continue;
    fail_at(path, *node, fmt::format("key '{}'{} is not known{}", key, where, suggestion(key, known)));
  }
}

void LayerReader::count(const toml::node& at) {
  if (++layers_ > kMostLayers)
    fail_at(path_, at, fmt::format("there are more than {} layers, repeated ones counted", kMostLayers));
}

nn::Model LayerReader::network(const toml::node& layers, const Ends& ends) {
  const toml::array* tables = layers.as_array();
  if (!tables) fail_at(path_, layers, fmt::format("layer is {}; expected [[layer]] tables", kind_of(layers)));
  return list(*tables, {}, &ends);
}

nn::Model LayerReader::single(const toml::table& layer) {
  check_unnamed(layer);
  Scope scope{.only = ""};
  return one(layer, scope, "");
}

void LayerReader::check_unnamed(const toml::table& layer) const {
  for (const char* key : {"name", "from", "repeat"}) {
    if (const toml::node* node = layer.get(key)) {
      fail_at(path_, *node,
              fmt::format("a table in single brackets is a layer without '{}'; write it in double brackets",
                          key));
    }
  }
}

nn::Model LayerReader::list(const toml::array& tables, Scope scope, const Ends* ends) {
  if (tables.empty()) fail_at(path_, tables, "there are no layers; expected [[layer]] tables");
  std::vector<nn::Branch> layers;
  std::vector<const toml::table*> origins;
  const nn::BranchesOptions usual;
  nn::BranchesOptions names = ends ? ends->names : usual;
  const bool chain = !has_from(tables) && names.inputs == usual.inputs && names.outputs.empty();
  if (chain) names.inputs = {" "};  // nothing reads it by its name, which a layer may have
  scope.names = names.inputs;
  for (const toml::node& node : tables) {
    const toml::table* table = node.as_table();
    if (!table) fail_at(path_, node, fmt::format("a layer is {}; expected a table", kind_of(node)));
    std::vector<std::string> from;
    if (const toml::node* given = table->get("from")) {
      from = texts_of(path_, *given, "from = the name of a layer, or a list of names");
    }
    const std::int64_t repeats = repeats_of(*table);
    std::string name;
    if (const toml::node* given = table->get("name")) {
      const auto text = given->value_exact<std::string>();
      if (!text) fail_at(path_, *given, fmt::format("name is {}; expected text", kind_of(*given)));
      name = *text;
      if (name.empty() || name.find('.') != std::string::npos)
        fail_at(path_, *given, fmt::format("name is '{}'; expected text without dots, not empty", name));
    }
    for (std::int64_t k = 1; k <= repeats; ++k) {
      const std::string own = name.empty() || repeats == 1 ? name : fmt::format("{}{}", name, k);
      nn::Model made = one(*table, scope, own);
      layers.push_back({scope.names.back(), std::move(made), k == 1 ? from : std::vector<std::string>()});
      origins.push_back(table);
    }
  }
  if (const auto problem = nn::problem_of(layers, names)) {
    using In = nn::BranchProblem::In;
    const toml::table* table = problem->index < origins.size() ? origins[problem->index] : nullptr;
    if (problem->in == In::outputs && ends && ends->outputs) fail_at(path_, *ends->outputs, problem->text);
    if (problem->in == In::inputs) {
      const bool known = ends && problem->index < ends->inputs.size();
      fail_at(path_, known ? *ends->inputs[problem->index] : tables, problem->text);
    }
    const toml::node* from = problem->in == In::from ? table->get("from") : nullptr;
    fail_at(path_, from ? *from : *table,
            fmt::format("layer {}{} ({}): {}", scope.before, layers[problem->index].name,
                        table->get("type")->value_or(std::string()), problem->text));
  }
  if (!chain) return nn::Branches(layers, names);
  nn::Sequential net;
  for (const nn::Branch& each : layers) net.add(each.name, each.layer);
  return net;
}

std::int64_t LayerReader::repeats_of(const toml::table& table) const {
  const toml::node* node = table.get("repeat");
  if (!node) return 1;
  const auto repeats = node->value_exact<std::int64_t>();
  if (!repeats || *repeats < 1 || *repeats > kMostLayers) {
    fail_at(path_, *node,
            fmt::format("repeat is {}; expected a whole number from 1 to {}", kind_of(*node), kMostLayers));
  }
  return *repeats;
}

options::Values LayerReader::values_of(const toml::table& table, const std::string& type,
                                       const std::vector<std::string>& parts, const std::string& label) {
  options::Values values;
  const std::vector<options::Info> infos = nn::layer_options(type);
  for (const auto& [key, node] : in_order(table)) {
    if (has(kOwnKeys, key) || has(parts, key)) continue;
    auto value = toml_value(*node);
    const auto info = std::ranges::find(infos, key, &options::Info::name);
    if (!value) {
      if (info == infos.end())
        value = options::Value();  // refused by its name
      else
        fail_at(path_, *node,
                fmt::format("{}: {} is {}; expected {}", label, key, kind_of(*node), info->expected()));
    }
    const bool sized = info != infos.end() && info->required && info->kind == options::Kind::whole;
    if (sized && *value == options::Value("auto")) {
      took_outputs_ = true;
      if (outputs_ < 1) {
        fail_at(
            path_, *node,
            fmt::format("{}: {} is \"auto\", as many as the task needs, and no task is known here; expected "
                        "a whole number",
                        label, key));
      }
      value = outputs_;
    }
    values.emplace_back(key, *std::move(value));
  }
  return values;
}

nn::Model LayerReader::one(const toml::table& table, Scope& scope, const std::string& given_name) {
  count(table);
  const toml::node* node = table.get("type");
  const auto type_text = node ? node->value_exact<std::string>() : std::nullopt;
  const std::string shown = given_name.empty() ? "" : fmt::format(" {}{}", scope.before, given_name);
  if (!node) {
    fail_at(path_, table,
            fmt::format("layer{}: type is missing; expected for example type = \"linear\"", shown));
  }
  if (!type_text)
    fail_at(path_, *node, fmt::format("layer{}: type is {}; expected text", shown, kind_of(*node)));
  const std::string& type = *type_text;
  if (const std::vector<std::string> known = nn::layer_names(); !has(known, type)) {
    fail_at(path_, *node,
            fmt::format("layer{}: no layer is called '{}'{}", shown, type, suggestion(type, known)));
  }
  std::string name = given_name.empty() ? nn::automatic_name(guessed_type(type), scope.names) : given_name;
  const auto path = [&] { return scope.only ? *scope.only : scope.before + name; };
  const auto label = [&] { return fmt::format("layer {} ({})", path().empty() ? name : path(), type); };
  const auto made = [&](const options::Values& values, const nn::Parts& parts) {
    try {
      return nn::layer(type, values, parts);
    } catch (const options::OptionError& error) {
      const toml::node* at = table.get(error.option());
      fail_at(path_, at ? *at : table, fmt::format("{}: {}", label(), error.problem()));
    } catch (const Error& error) {
      fail_at(path_, table, fmt::format("{}: {}", label(), error.what()));
    }
  };
  const std::vector<std::string> parts = nn::layer_parts(type);
  const options::Values values = values_of(table, type, parts, label());
  nn::Parts inside;
  for (const std::string& each : parts) {
    if (const toml::node* given = table.get(each)) inside.emplace_back(each, like(*given));
  }
  nn::Model layer = made(values, inside);
  if (given_name.empty()) name = nn::automatic_name(layer->type(), scope.names);
  if (has(scope.names, name)) {
    const toml::node* at = table.get("name");
    const auto other = std::ranges::find(lines_, path(), &std::pair<std::string, int>::first);
    fail_at(
        path_, at ? *at : table,
        fmt::format("{}: the name '{}' is taken by {}", label(), name,
                    other == lines_.end() ? "an input" : fmt::format("the layer in line {}", other->second)));
  }
  scope.names.push_back(name);
  lines_.emplace_back(path(), static_cast<int>(table.source().begin.line));
  if (inside.empty()) return layer;
  const auto children = layer->children();
  for (auto& [each, network] : inside) {
    // A block is the network inside it; other parts are children with a name.
    const bool named = std::ranges::any_of(children, [&](const auto& child) { return child.first == each; });
    const std::string inner = named && !path().empty() ? path() + "." + each : named ? each : path();
    network = part(*table.get(each), each, inner, scope.depth + 1);
  }
  return made(values, inside);
}

nn::Model LayerReader::part(const toml::node& node, const std::string& name, const std::string& path,
                            int depth) {
  if (depth > kDeepest) fail_at(path_, node, fmt::format("layers are nested more than {} deep", kDeepest));
  if (const toml::array* tables = node.as_array())
    return list(*tables, {.before = path.empty() ? "" : path + ".", .depth = depth}, nullptr);
  const toml::table* table = node.as_table();
  if (!table) fail_at(path_, node, fmt::format("{} is {}; expected layers, as tables", name, kind_of(node)));
  check_unnamed(*table);
  Scope scope{.depth = depth, .only = path};
  return one(*table, scope, "");
}

}  // namespace luge::io
