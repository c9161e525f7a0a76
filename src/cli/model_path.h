// Which file run= and model= mean.
#pragma once

#include <filesystem>
#include <vector>

#include "cli/arguments.h"
#include "experiment/runs.h"

namespace luge::cli {

/// run=, model=, checkpoint=.
std::vector<Key> model_file_keys();
/// The file that model= or run= names. Throws Misuse when there is neither, FileError when there is no such
/// file.
experiment::ModelPath model_path(const Arguments& arguments);

/// Throws SettingError for a folder of folds or members, each of which has layers of its own.
void check_one_network(const Arguments& arguments, const std::filesystem::path& run);

}  // namespace luge::cli
