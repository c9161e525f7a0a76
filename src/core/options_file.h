// Options structs in files.
#pragma once

#include <string_view>

#include "luge/error.h"
#include "luge/options.h"

namespace luge {

/// The options struct that a file holds as the text of a JSON object; what it leaves out has its default.
/// Throws FormatError, beginning with `owner`, when an option does not exist or has no right value.
template <class O>
O options_from_file(std::string_view owner, std::string_view json) {
  O object{};
  const options::Values values = options::from_json(owner, json);
  try {
    options::set(owner, object, values);
  } catch (const options::OptionError& error) {
    throw FormatError(error.what());
  }
  return object;
}

}  // namespace luge
