// The files of runs: which one a name means, and which checkpoint is the newest.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace luge::experiment {

/// The folder of runs unless run.dir= says otherwise.
inline constexpr const char* kRuns = "runs";

struct ModelPath {
  std::filesystem::path file;
  std::filesystem::path run;  // the folder of the training that wrote it; empty for a file outside of any
};
/// The file that `name` means: a model file, else "last", a run's name or folder, of which it is
/// checkpoints/WANTED.safetensors; the other of best and last when `wanted` is empty or not there and
/// `strictly` is false. Names of runs, and "last", are looked for in `runs`. A folder that a program's
/// train::checkpoint wrote is as good as a run of the command. Throws FileError when there is no such file.
ModelPath model_file(const std::string& name, const std::string& wanted = "best", bool strictly = false,
                     const std::string& runs = kRuns);

/// The checkpoints of a run, the furthest first: a disk that was full for a while may have let one be written
/// and not another. Of those at the same step, last.safetensors, then step-N, then best.safetensors.
std::vector<std::filesystem::path> checkpoints_of(const std::filesystem::path& run);

/// The checkpoint that holds the best epoch so far; it need not exist.
std::filesystem::path best_checkpoint(const std::filesystem::path& run);

}  // namespace luge::experiment
