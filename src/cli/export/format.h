// What `luge export` writes: one file a format.
#pragma once

#include <string>
#include <string_view>

#include "luge/models/gallery.h"

namespace luge::cli {

/// A format, found by the ending of to=.
struct ExportFormat {
  std::string_view ending;  ///< ".toml"
  std::string_view holds;   ///< what a file of it holds, for errors and help
  /// The content of the file for a network that was not trained.
  std::string (*write)(const models::Entry& network) = nullptr;
  /// The command that uses the file, without the name of the program.
  std::string (*next)(const models::Entry& network, const std::string& file) = nullptr;
};

/// A network file: layers, options and [defaults] as TOML.
ExportFormat toml_format();

}  // namespace luge::cli
