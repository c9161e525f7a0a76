#include "io/model/metadata_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "graph/fields.h"
#include "io/text/json_text.h"
#include "luge/error.h"

namespace luge::io {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kOutputs[] = {"values", "logits", "binary_logits"};

template <class T>
void take(const Json& json, const char* key, T& into) {
  if (json.contains(key)) into = json[key].get<T>();
}

nn::Output output_named(const std::string& text) {
  for (int i = 0; i < 3; ++i) {
    if (text == kOutputs[i]) return static_cast<nn::Output>(i);
  }
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
  const auto fits = [&](const std::vector<float>& list) {
    return list.size() == 1 || (!extents.empty() && static_cast<std::int64_t>(list.size()) == extents[0]);
  };
  if (!fits(metadata.offset) || !fits(metadata.scale))
    throw FormatError("offset and scale do not fit the input");
  return metadata;
}

}  // namespace

std::string to_json(const nn::Metadata& metadata) {
  Json json = {{"version", 1}, {"name", metadata.name}};
  if (!metadata.data.empty()) json["data"] = metadata.data;
  json["input"] = std::vector<std::int64_t>(metadata.input.begin(), metadata.input.end());
  json["dtype"] = name(metadata.dtype);
  json["offset"] = metadata.offset;
  json["scale"] = metadata.scale;
  json["output"] = kOutputs[static_cast<int>(metadata.output)];
  if (!metadata.classes.empty()) json["classes"] = metadata.classes;
  if (!metadata.features.empty()) json["features"] = metadata.features;
  if (!metadata.target.empty()) json["target"] = metadata.target;
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
    throw FormatError(fmt::format("{}: the metadata are malformed: {}", path, error.what()));
  } catch (const Error& error) {
    throw FormatError(fmt::format("{}: the metadata are malformed: {}", path, error.what()));
  }
}

}  // namespace luge::io
