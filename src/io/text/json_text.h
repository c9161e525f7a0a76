// A JSON document as text, whatever its strings hold.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace luge::io {

/// On one line. Names and paths come from file systems and need not be UTF-8, JSON must be: such bytes become
/// U+FFFD.
std::string json_text(const nlohmann::json& json);
std::string json_text(const nlohmann::ordered_json& json);

}  // namespace luge::io
