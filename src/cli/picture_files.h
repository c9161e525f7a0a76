// The files that pictures of samples are written to.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace luge::cli {

/// A class name as part of a file name: "Ankle boot" → "ankle_boot".
std::string file_word(std::string_view label);
/// Throws FileError when it cannot be made.
void make_folder(const std::filesystem::path& folder);

}  // namespace luge::cli
