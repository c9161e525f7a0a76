// A name with values of options as one text: "normal(mean=0,deviation=0.02)".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace luge {

/// A name, and what is written for options.
struct NamedText {
  std::string name;
  std::vector<std::pair<std::string, std::string>> options = {};
};

/// Reads "NAME" or "NAME(option=value,…)". Lists are in brackets, and text may be in quotation marks. Throws
/// ValueError, beginning with `kind`, for text of another form. options::text writes what it reads.
NamedText read_named(std::string_view kind, std::string_view text);

}  // namespace luge
