#include "luge/io/model_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/draws.h"
#include "graph/trace.h"
#include "io/model/content.h"
#include "io/model/metadata_json.h"
#include "io/model/recording.h"
#include "io/text/json_text.h"
#include "luge/io/safetensors.h"
#include "luge/nn/observe.h"

namespace luge::io {
namespace {

constexpr const char* kFormat = "luge.format";
constexpr const char* kFormatVersion = "1";
constexpr const char* kMetadata = "luge.notes";
constexpr const char* kEvalGraph = "luge.graph.eval";
constexpr const char* kTrainGraph = "luge.graph.train";
constexpr const char* kRoles = "luge.roles";

std::vector<nn::NamedVariable> all_state(const nn::Module& net) {
  auto all = net.named_parameters();
  for (nn::NamedVariable& buffer : net.named_buffers()) all.push_back(std::move(buffer));
  return all;
}

std::string graph_of(const nn::Module& net, bool training, std::map<std::string, Tensor>& constants) {
  const nn::ModeScope mode(net, training);
  const nn::Metadata& metadata = net.metadata();
  const random::Scratch draws;
  Trace trace;  // the assignments of the call are forgotten; those to stored tensors are part of the graph
  const TraceScope scope(trace);
  const Tensor input = argument_leaf({metadata.dtype, metadata.input.inserted(0, unknown)}, "input");
  const Tensor output = net(input);
  const auto state = all_state(net);
  const auto name_of = [&](const Slot* slot) -> std::string {
    for (const auto& [name, variable] : state) {
      if (variable.slot().get() == slot) return name;
    }
    return {};
  };
  std::map<std::string, Tensor> writes;
  for (const Trace::State& used : trace.states) {
    const std::string name = used.written.defined() ? name_of(used.slot.get()) : std::string();
    if (!name.empty()) writes[name] = used.written;
  }
  return to_json(record(input, output, writes, name_of, constants));
}

using Role = nn::Loaded::Content::Role;

std::string roles_of(const nn::Module& net) {
  nlohmann::json roles = nlohmann::json::object();
  for (const auto& [name, variable] : net.named_parameters()) {
    if (!variable.trainable()) roles[name] = "frozen";
  }
  for (const auto& [name, variable] : net.named_buffers()) roles[name] = "buffer";
  return json_text(roles);
}

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

TensorView view_of(const std::string& name, const Tensor& tensor) {
  return {name, tensor.dtype(), tensor.shape(), tensor.bytes()};
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
  if (version != kFormatVersion) {
    throw FormatError(
        fmt::format("{}: model format {}; this Luge reads format {}", file.path(), version, kFormatVersion));
  }
}

Tensor read_tensor(const SafetensorsFile& file, const StoredTensor& stored) {
  return tensor_from_bytes(file.read(stored.name), stored.dtype, stored.shape);
}

bool is_own_key(const std::string& key) {
  return key == kFormat || key == kMetadata || key == kEvalGraph || key == kTrainGraph || key == kRoles;
}

std::set<std::string> names_in(const Recording& recording) {
  std::set<std::string> names;
  for (const auto& [name, output] : recording.writes) names.insert(name);
  for (const auto& entry : recording.entries) {
    if (const auto* stored = std::get_if<Recording::Stored>(&entry)) names.insert(stored->name);
  }
  return names;
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

void write_model(const std::string& path, const nn::Module& net, const Extras& extras) {
  auto metadata = extras.metadata;
  std::map<std::string, Tensor> constants;
  metadata[kFormat] = kFormatVersion;
  metadata[kMetadata] = to_json(net.metadata());
  metadata[kEvalGraph] = graph_of(net, false, constants);
  metadata[kTrainGraph] = graph_of(net, true, constants);
  metadata[kRoles] = roles_of(net);
  std::vector<std::pair<std::string, Tensor>> tensors = extras.tensors;
  for (const auto& [name, variable] : all_state(net)) tensors.emplace_back(name, variable.value());
  tensors.insert(tensors.end(), constants.begin(), constants.end());
  std::vector<TensorView> views;
  for (const auto& [name, tensor] : tensors) views.push_back(view_of(name, tensor));
  write_safetensors(path, views, metadata);
}

ModelFile read_model(const std::string& path) {
  const SafetensorsFile file(path);
  check_format(file);
  auto content = std::make_shared<nn::Loaded::Content>();
  content->eval = recording_from_json(required(file, kEvalGraph), path);
  content->train = recording_from_json(required(file, kTrainGraph), path);
  content->metadata = metadata_from_json(required(file, kMetadata), path);
  content->roles = roles_from_json(required(file, kRoles), path);
  std::set<std::string> own = names_in(content->eval);
  own.merge(names_in(content->train));
  for (const std::string& name : own) {
    (name.starts_with(kConstant) ? content->constants : content->state)[name] =
        read_tensor(file, file.type(name));
  }
  return {nn::Loaded(std::move(content)), extras_of(file, own)};
}

ModelState read_state(const std::string& path, const nn::Module& net) {
  const SafetensorsFile file(path);
  check_format(file);
  const auto state = all_state(net);
  std::set<std::string> own = names_in(recording_from_json(required(file, kTrainGraph), path));
  own.merge(names_in(recording_from_json(required(file, kEvalGraph), path)));
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

void luge::nn::Module::save(const std::string& path) const { io::write_model(path, *this); }
