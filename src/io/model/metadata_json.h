// nn::Metadata as JSON text, and back.
#pragma once

#include <string>

#include "luge/nn/metadata.h"

namespace luge::io {

/// Throws ValueError when the options of the task or the recipe are not JSON.
std::string to_json(const nn::Metadata& metadata);
/// Throws FormatError beginning with `path`.
nn::Metadata metadata_from_json(const std::string& text, const std::string& path);

}  // namespace luge::io
