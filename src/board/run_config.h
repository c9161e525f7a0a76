// config.toml of a run as a flat list.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace luge::board {

/// [{"key": "train.epochs", "value": 5, "source": "command line"}, ...] in the order of the file. Throws
/// FormatError for what is not TOML.
nlohmann::ordered_json config_json(const std::string& text, const std::string& name);

}  // namespace luge::board
