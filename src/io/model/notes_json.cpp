#include "io/model/notes_json.h"

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

nn::Notes from(const Json& json) {
  nn::Notes notes;
  take(json, "name", notes.name);
  take(json, "data", notes.data);
  take(json, "offset", notes.offset);
  take(json, "scale", notes.scale);
  take(json, "classes", notes.classes);
  take(json, "features", notes.features);
  take(json, "target", notes.target);
  std::vector<std::int64_t> extents;
  take(json, "input", extents);
  notes.input = Shape(std::span<const std::int64_t>(extents));
  if (json.contains("dtype")) notes.dtype = fields_detail::dtype_named(json["dtype"].get<std::string>());
  if (json.contains("output")) notes.output = output_named(json["output"].get<std::string>());
  const auto fits = [&](const std::vector<float>& list) {
    return list.size() == 1 || (!extents.empty() && static_cast<std::int64_t>(list.size()) == extents[0]);
  };
  if (!fits(notes.offset) || !fits(notes.scale)) throw FormatError("offset and scale do not fit the input");
  return notes;
}

}  // namespace

std::string to_json(const nn::Notes& notes) {
  Json json = {{"version", 1}, {"name", notes.name}};
  if (!notes.data.empty()) json["data"] = notes.data;
  json["input"] = std::vector<std::int64_t>(notes.input.begin(), notes.input.end());
  json["dtype"] = name(notes.dtype);
  json["offset"] = notes.offset;
  json["scale"] = notes.scale;
  json["output"] = kOutputs[static_cast<int>(notes.output)];
  if (!notes.classes.empty()) json["classes"] = notes.classes;
  if (!notes.features.empty()) json["features"] = notes.features;
  if (!notes.target.empty()) json["target"] = notes.target;
  return json_text(json);
}

nn::Notes notes_from_json(const std::string& text, const std::string& path) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object())
    throw FormatError(fmt::format("{}: the notes are not a JSON object", path));
  if (json.value("version", 0) != 1) {
    throw FormatError(fmt::format("{}: the notes have version {}; this Luge reads version 1", path,
                                  json.value("version", 0)));
  }
  try {
    return from(json);
  } catch (const nlohmann::json::exception& error) {
    throw FormatError(fmt::format("{}: the notes are malformed: {}", path, error.what()));
  } catch (const Error& error) {
    throw FormatError(fmt::format("{}: the notes are malformed: {}", path, error.what()));
  }
}

}  // namespace luge::io
