#include "io/model/spec_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "graph/fields.h"
#include "luge/error.h"

namespace luge::io {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t extent_from(const Json& json) {
  if (json.is_null()) return unknown;
  if (!json.is_number_integer() || json.get<std::int64_t>() < 0)
    throw FormatError("has an extent that is neither null nor a whole number from 0");
  return json.get<std::int64_t>();
}

nn::TensorSpec spec_from(const Json& json) {
  for (const char* key : {"name", "dtype"}) {
    if (!json.is_object() || !json.contains(key) || !json[key].is_string())
      throw FormatError(fmt::format("lacks the text '{}'", key));
  }
  if (!json.contains("shape") || !json["shape"].is_array() || json["shape"].size() > Shape::max_rank)
    throw FormatError(fmt::format("lacks a 'shape' of at most {} extents", Shape::max_rank));
  Shape shape;
  for (const Json& extent : json["shape"]) shape = shape.appended(extent_from(extent));
  return {json["name"].get<std::string>(),
          fields_detail::dtype_named(json["dtype"].get_ref<const std::string&>()), shape};
}

}  // namespace

Json to_json(const std::vector<nn::TensorSpec>& specs) {
  Json list = Json::array();
  for (const nn::TensorSpec& spec : specs) {
    Json shape = Json::array();
    for (const std::int64_t extent : spec.shape) shape.push_back(extent == unknown ? Json() : Json(extent));
    list.push_back({{"name", spec.name}, {"dtype", name(spec.dtype)}, {"shape", std::move(shape)}});
  }
  return list;
}

std::vector<nn::TensorSpec> specs_from_json(const Json& json) {
  if (!json.is_array()) throw FormatError("the inputs or outputs are not a list");
  std::vector<nn::TensorSpec> specs;
  for (std::size_t k = 0; k < json.size(); ++k) {
    try {
      specs.push_back(spec_from(json[k]));
    } catch (const Error& error) {
      throw FormatError(fmt::format("number {} of the inputs or outputs {}", k, error.what()));
    }
  }
  return specs;
}

void check_names(const std::vector<nn::TensorSpec>& specs, const char* what) {
  std::set<std::string> seen;
  for (const nn::TensorSpec& spec : specs) {
    if (spec.name.empty()) throw ValueError(fmt::format("an {} has no name", what));
    if (!seen.insert(spec.name).second)
      throw ValueError(fmt::format("two {}s are named '{}'", what, spec.name));
  }
}

}  // namespace luge::io
