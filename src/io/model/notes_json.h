// nn::Notes as JSON text, and back.
#pragma once

#include <string>

#include "luge/nn/notes.h"

namespace luge::io {

std::string to_json(const nn::Notes& notes);
/// Throws FormatError beginning with `path`.
nn::Notes notes_from_json(const std::string& text, const std::string& path);

}  // namespace luge::io
