// TOML as a flat list of dotted keys and their text.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace luge::experiment {

using FlatToml = std::vector<std::pair<std::string, std::string>>;

/// [train] epochs = 5 becomes {"train.epochs", "5"}; epochs = 5 in the second [[stage]] becomes
/// {"stage.1.epochs", "5"}. Throws FileError, and FormatError naming file and line.
FlatToml read_toml(const std::string& path);
/// The reverse: tables by the part before the dot, text quoted unless it is a number or a truth value.
std::string to_toml(const FlatToml& values);

}  // namespace luge::experiment
