// TOML files: reading them with the lines of their values, and writing values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <toml++/toml.h>

#include "luge/options.h"

namespace luge::io {

/// The content of a TOML file. Throws FileError, and FormatError naming file and line; a file above 1 MiB is
/// refused.
toml::table read_toml(const std::string& path);
/// "net.toml, line 7", as errors begin.
std::string toml_place(const std::string& path, const toml::node& node);
/// The value of a node; none for tables, dates and lists that hold them or different kinds. Numbers of a list
/// are whole when all of them are.
std::optional<options::Value> toml_value(const toml::node& node);
/// A value as TOML: "text", 0.5, [1, 2]. A number that is whole keeps its point: 1.0.
std::string toml_text(const options::Value& value);
/// A text in quotes. Bytes that are not UTF-8 are written as escapes that toml_value reads again.
std::string toml_quoted(std::string_view text);

}  // namespace luge::io
