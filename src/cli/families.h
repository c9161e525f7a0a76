// What is registered, as text and as JSON: for luge list and luge help.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/registry.h"

namespace luge::cli {

/// The names of a family with a line each, under its name.
std::string overview(const Family& family);
/// The same, with the options of each.
std::string listing(const Family& family);
/// What one of them is, its options, and how they are written: the page of `luge help loss=focal`.
std::string page(const Family& family, std::string_view name);
/// {"name", "description", "options": [{"name", "takes", "default", "required", "help"}]}, and the facts about
/// it: "formula", "derivative", "from_output", "range", "parameters", "output", "use".
nlohmann::ordered_json member_json(const Family& family, std::string_view name);
/// [member_json of each]
nlohmann::ordered_json members_json(const Family& family);

/// What comes before the name of an option in a key: "loss." or "augment.flip."; empty where options are no
/// keys.
std::string option_prefix(const Family& family, std::string_view member);

}  // namespace luge::cli
