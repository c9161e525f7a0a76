// Which file run= and model= mean.
#pragma once

#include <vector>

#include "cli/arguments.h"
#include "experiment/runs.h"

namespace luge::cli {

/// run=, model=, checkpoint=.
std::vector<Key> model_file_keys();
/// The file that model= or run= names. Throws Misuse when there is neither, FileError when there is no such
/// file.
experiment::ModelPath model_path(const Arguments& arguments);

}  // namespace luge::cli
