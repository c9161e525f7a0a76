// Reading model files.
#include "luge/io/model_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "io/model/content.h"
#include "io/model/keys.h"
#include "io/model/metadata_json.h"
#include "io/model/state_of.h"
#include "luge/io/safetensors.h"

namespace luge::io {
namespace {

using Role = nn::Loaded::Content::Role;

std::map<std::string, Role> roles_from_json(const std::string& text, const std::string& path) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) throw FormatError(fmt::format("{}: '{}' is not a JSON object", path, kRoles));
  std::map<std::string, Role> roles;
  for (const auto& [name, role] : json.items()) {
    if (role != "frozen" && role != "buffer")
      throw FormatError(fmt::format("{}: {} has an unknown role", path, name));
    roles[name] = role == "frozen" ? Role::frozen : Role::buffer;
  }
  return roles;
}

const std::string& required(const SafetensorsFile& file, const char* key) {
  const auto found = file.metadata().find(key);
  if (found == file.metadata().end()) {
    throw FormatError(
        fmt::format("{}: holds tensors but no '{}': not written by Luge as a model", file.path(), key));
  }
  return found->second;
}

void check_format(const SafetensorsFile& file) {
  const std::string& version = required(file, kFormat);
  if (version != kFormatOne && version != kFormatSeveral) {
    throw FormatError(fmt::format("{}: model format {}; this Luge reads the formats {} and {}", file.path(),
                                  version, kFormatOne, kFormatSeveral));
  }
}

Tensor read_tensor(const SafetensorsFile& file, const StoredTensor& stored) {
  return tensor_from_bytes(file.read(stored.name), stored.dtype, stored.shape);
}

bool is_own_key(const std::string& key) {
  for (const char* own : {kFormat, kMetadata, kEvalGraph, kTrainGraph, kRoles, kEntries, kEvalWeights}) {
    if (key == own) return true;
  }
  return false;
}

void add_names(const Recording& recording, std::set<std::string>& names) {
  for (const auto& [name, output] : recording.writes) names.insert(name);
  for (const auto& entry : recording.entries) {
    if (const auto* stored = std::get_if<Recording::Stored>(&entry)) names.insert(stored->name);
  }
}

Recording read_graph(const SafetensorsFile& file, const char* key) {
  const auto json = nlohmann::ordered_json::parse(required(file, key), nullptr, false);
  return recording_from_json(json, fmt::format("{}: the stored graph", file.path()));
}

std::vector<StoredEntry> read_entries(const SafetensorsFile& file) {
  const auto found = file.metadata().find(kEntries);
  if (found == file.metadata().end()) return {};
  return entries_from_json(found->second, file.path());
}

/// The graphs of a file.
struct Graphs {
  Recording eval, train;
  std::vector<StoredEntry> entries;

  explicit Graphs(const SafetensorsFile& file)
      : eval(read_graph(file, kEvalGraph)),
        train(read_graph(file, kTrainGraph)),
        entries(read_entries(file)) {}
  /// The names of the tensors that they use.
  std::set<std::string> names() const {
    std::set<std::string> names;
    add_names(eval, names), add_names(train, names);
    for (const StoredEntry& entry : entries) add_names(entry.graph, names);
    return names;
  }
};

void check_counts(const Recording& graph, const nn::Metadata& told, const std::string& path) {
  const std::size_t inputs = std::max<std::size_t>(1, told.inputs.size());
  const std::size_t outputs = std::max<std::size_t>(1, told.outputs.size());
  if (graph.inputs != inputs || graph.outputs.size() != outputs) {
    throw FormatError(
        fmt::format("{}: a stored graph has {} inputs and {} outputs, but the metadata describe {} and {}",
                    path, graph.inputs, graph.outputs.size(), inputs, outputs));
  }
}

// Of a parameter, the stored tensor that evaluation uses for it.
void read_eval_weights(const SafetensorsFile& file, nn::Loaded::Content& content) {
  const auto found = file.metadata().find(kEvalWeights);
  if (found == file.metadata().end()) return;
  const auto json = nlohmann::json::parse(found->second, nullptr, false);
  if (!json.is_object())
    throw FormatError(fmt::format("{}: '{}' is not a JSON object", file.path(), kEvalWeights));
  for (const auto& [name, stored] : json.items()) {
    const auto state = content.state.find(name);
    if (state == content.state.end() || !stored.is_string()) {
      throw FormatError(fmt::format("{}: '{}' names '{}', which the network does not have", file.path(),
                                    kEvalWeights, name));
    }
    const std::string tensor = stored.get<std::string>();
    const StoredTensor& type = file.type(tensor);
    if (type.dtype != state->second.dtype() || !(type.shape == state->second.shape())) {
      throw FormatError(fmt::format("{}: '{}' replaces '{}' in evaluation and has another dtype or shape",
                                    file.path(), tensor, name));
    }
    content.eval_weights[name] = {tensor, read_tensor(file, type)};
  }
}

Extras extras_of(const SafetensorsFile& file, const std::set<std::string>& own) {
  Extras extras;
  for (const StoredTensor& stored : file.tensors()) {
    if (!own.contains(stored.name) && !stored.name.starts_with(kConstant)) {
      extras.tensors.emplace_back(stored.name, read_tensor(file, stored));
    }
  }
  for (const auto& [key, value] : file.metadata()) {
    if (!is_own_key(key)) extras.metadata[key] = value;
  }
  return extras;
}

}  // namespace

ModelFile read_model(const std::string& path) {
  const SafetensorsFile file(path);
  check_format(file);
  auto content = std::make_shared<nn::Loaded::Content>();
  Graphs graphs(file);
  content->metadata = metadata_from_json(required(file, kMetadata), path);
  check_counts(graphs.eval, content->metadata, path);
  check_counts(graphs.train, content->metadata, path);
  content->roles = roles_from_json(required(file, kRoles), path);
  const std::set<std::string> own = graphs.names();
  for (const std::string& name : own) {
    (name.starts_with(kConstant) ? content->constants : content->state)[name] =
        read_tensor(file, file.type(name));
  }
  read_eval_weights(file, *content);
  content->eval = std::move(graphs.eval);
  content->train = std::move(graphs.train);
  content->entries = std::move(graphs.entries);
  return {nn::Loaded(std::move(content)), extras_of(file, own)};
}

ModelState read_state(const std::string& path, const nn::Module& net) {
  const SafetensorsFile file(path);
  check_format(file);
  const auto state = state_of(net);
  std::set<std::string> own = Graphs(file).names();
  std::string missing, shapes;
  std::set<std::string> extra;
  std::copy_if(own.begin(), own.end(), std::inserter(extra, extra.end()),
               [](const std::string& name) { return !name.starts_with(kConstant); });
  for (const auto& [name, variable] : state) {
    extra.erase(name);
    if (!file.contains(name)) {
      missing += " " + name;
    } else if (const StoredTensor& stored = file.type(name);
               stored.shape != variable.shape() || stored.dtype != variable.dtype()) {
      shapes +=
          fmt::format(" {} ({}{} in the file, {}{} in the model)", name, luge::name(stored.dtype),
                      stored.shape.to_string(), luge::name(variable.dtype()), variable.shape().to_string());
    }
    own.insert(name);
  }
  if (!missing.empty() || !extra.empty() || !shapes.empty()) {
    std::string text = fmt::format("{}: made by another model;", path);
    if (!missing.empty()) text += " missing:" + missing + ";";
    if (!extra.empty()) text += fmt::format(" extra: {};", fmt::join(extra, " "));
    if (!shapes.empty()) text += " of another shape:" + shapes + ";";
    throw FormatError(text + " nothing was loaded");
  }
  ModelState found{{}, extras_of(file, own)};
  for (const auto& [name, variable] : state)
    found.values.emplace_back(variable, read_tensor(file, file.type(name)));
  return found;
}

}  // namespace luge::io
