#include "io/model/metadata_json.h"
#include "io/text/json_problem.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "graph/fields.h"
#include "io/model/spec_json.h"
#include "io/text/json_text.h"
#include "luge/error.h"

namespace luge::io {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
void take(const Json& json, const char* key, T& into) {
  if (json.contains(key)) into = json[key].get<T>();
}

nn::Output output_named(const std::string& text) {
  if (const auto kind = output_kind_named(text)) return *kind;
  throw FormatError(fmt::format("output '{}' is not known", text));
}

nn::Metadata from(const Json& json) {
  nn::Metadata metadata;
  take(json, "name", metadata.name);
  take(json, "data", metadata.data);
  take(json, "offset", metadata.offset);
  take(json, "scale", metadata.scale);
  take(json, "classes", metadata.classes);
  take(json, "features", metadata.features);
  take(json, "target", metadata.target);
  std::vector<std::int64_t> extents;
  take(json, "input", extents);
  metadata.input = Shape(std::span<const std::int64_t>(extents));
  if (json.contains("dtype")) metadata.dtype = fields_detail::dtype_named(json["dtype"].get<std::string>());
  if (json.contains("output")) metadata.output = output_named(json["output"].get<std::string>());
  if (json.contains("inputs")) metadata.inputs = specs_from_json(json["inputs"]);
  if (json.contains("outputs")) metadata.outputs = specs_from_json(json["outputs"]);
  check_names(metadata.inputs, "input");
  check_names(metadata.outputs, "output");
  take(json, "task", metadata.task);
  if (json.contains("task_options")) metadata.task_options = json_text(json["task_options"]);
  if (json.contains("recipe")) metadata.recipe = json_text(json["recipe"]);
  const auto fits = [&](const std::vector<float>& list) {
    return list.size() == 1 || (!extents.empty() && static_cast<std::int64_t>(list.size()) == extents[0]);
  };
  if (!fits(metadata.offset) || !fits(metadata.scale))
    throw FormatError("offset and scale do not fit the input");
  return metadata;
}

// Texts that are JSON are parts of the document.
Json document(const std::string& text, const char* what) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) throw ValueError(fmt::format("the metadata's {} are not JSON: {}", what, text));
  return json;
}

}  // namespace

std::string to_json(const nn::Metadata& metadata) {
  Json json = {{"version", 1}, {"name", metadata.name}};
  if (!metadata.data.empty()) json["data"] = metadata.data;
  json["input"] = std::vector<std::int64_t>(metadata.input.begin(), metadata.input.end());
  json["dtype"] = name(metadata.dtype);
  json["offset"] = metadata.offset;
  json["scale"] = metadata.scale;
  json["output"] = luge::name(metadata.output);
  if (!metadata.classes.empty()) json["classes"] = metadata.classes;
  if (!metadata.features.empty()) json["features"] = metadata.features;
  if (!metadata.target.empty()) json["target"] = metadata.target;
  if (!metadata.inputs.empty()) json["inputs"] = to_json(metadata.inputs);
  if (!metadata.outputs.empty()) json["outputs"] = to_json(metadata.outputs);
  if (!metadata.task.empty()) json["task"] = metadata.task;
  if (!metadata.task_options.empty()) json["task_options"] = document(metadata.task_options, "task_options");
  if (!metadata.recipe.empty()) json["recipe"] = document(metadata.recipe, "recipe");
  return json_text(json);
}

nn::Metadata metadata_from_json(const std::string& text, const std::string& path) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object())
    throw FormatError(fmt::format("{}: the metadata are not a JSON object", path));
  if (json.value("version", 0) != 1) {
    throw FormatError(fmt::format("{}: the metadata have version {}; this Luge reads version 1", path,
                                  json.value("version", 0)));
  }
  try {
    return from(json);
  } catch (const nlohmann::json::exception& error) {
    throw FormatError(fmt::format("{}: the metadata are malformed: {}", path, json_problem(error)));
  } catch (const Error& error) {
    throw FormatError(fmt::format("{}: the metadata are malformed: {}", path, error.what()));
  }
}

}  // namespace luge::io
