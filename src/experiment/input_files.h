// The files of a folder of inputs.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace luge::experiment {

/// All files in a folder and in the folders within it. Entries are taken in the order of the bytes of their
/// names, those of a folder at its own position among them. Links are followed. What is left out is told:
/// names that begin with a dot, and a link to a folder that it lies in. Throws FileError when the folder
/// cannot be read.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                               const std::function<void(const std::string&)>& left_out);

}  // namespace luge::experiment
