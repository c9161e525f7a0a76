// Which file run= and model= mean.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/arguments.h"

namespace luge::cli {

/// Where runs lie unless run.dir= says otherwise.
inline constexpr const char* kRuns = "runs";

/// run=, model=, checkpoint=.
std::vector<Key> model_file_keys();
struct ModelPath {
  std::filesystem::path file;
  std::filesystem::path run;  // empty for a file outside of any
};
/// The file that model= or run= (last, a name, a folder) names. Throws Misuse when there is neither,
/// FileError when there is no such file.
ModelPath model_path(const Arguments& arguments);

}  // namespace luge::cli
