// Configurations as TOML: a flat list of dotted keys, and the tables of stages.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "luge/options.h"

namespace luge::experiment {

/// What a file has for one key. [train] epochs = 5 is "train.epochs".
struct TomlSetting {
  std::string key;
  std::optional<options::Value> value;  // none for a table, and for what no option takes
  std::string what = {};                // what it is instead: "a table", "a date"
  std::string where = {};               // "my.toml, line 7: "
  std::string comment = {};             // what follows the value in its line
  std::size_t line = 0;
};
struct TomlStage {
  std::string where;
  std::vector<TomlSetting> settings;
};
struct TomlSettings {
  std::vector<TomlSetting> settings;
  std::vector<TomlStage> stages;  // [[stage]]
};
/// Throws FileError, and FormatError naming file and line.
TomlSettings read_settings(const std::string& path);

/// One line of a file that is written.
struct TomlLine {
  std::string key;
  options::Value value;
  std::string comment = {};
};
/// Tables by the part before the dot, and each value with its comment. A key such as stage.0.epochs is in the
/// first [[stage]].
std::string to_toml(const std::vector<TomlLine>& lines);

}  // namespace luge::experiment
