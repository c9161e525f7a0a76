// The files that pictures of samples are written to.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "cli/arguments.h"

namespace luge::cli {

/// A class name as part of a file name: "Ankle boot" → "ankle_boot".
std::string file_word(std::string_view label);
/// The name of what belongs to the kth of several inputs, which may have equal names in folders of their own:
/// "00002-ankle_boot" for 2 and "bags/Ankle boot.png".
std::string numbered_word(std::size_t k, const std::filesystem::path& input);
/// Throws FileError when it cannot be made.
void make_folder(const std::filesystem::path& folder);
/// Throws SettingError for a name that looks like a picture of another format: a folder is not meant by it.
void check_folder_or_figure(const Arguments& arguments, const char* key, const std::string& path);

}  // namespace luge::cli
