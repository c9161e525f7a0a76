#include "experiment/runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "io/run/run_directory.h"
#include "io/run/run_files.h"
#include "io/run/step_files.h"
#include "luge/train/checkpoint_info.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

// The training that a file in DIR/checkpoints is of.
fs::path run_around(const fs::path& file) {
  const fs::path folder = fs::absolute(file).lexically_normal().parent_path();
  return folder.filename() == io::kCheckpointFolder ? folder.parent_path() : fs::path();
}

// Where the training was. A file that cannot be read is taken for the furthest, so that it is tried first
// and its fault is told.
std::int64_t steps_of(const fs::path& path) {
  try {
    const auto info = train::checkpoint_info(path.string());
    return info ? info->position.total_steps : -1;
  } catch (const Error&) {
    return std::numeric_limits<std::int64_t>::max();
  }
}

}  // namespace

std::vector<fs::path> checkpoints_of(const fs::path& run) {
  const fs::path folder = run / io::kCheckpointFolder;
  std::vector<fs::path> all = {folder / "last.safetensors"};
  const auto steps = io::list_step_files(folder, "step");
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) all.push_back(step->path);
  all.push_back(folder / "best.safetensors");
  std::erase_if(all, [](const fs::path& path) { return !fs::exists(path); });
  // Read once: a file whose reading fails now and then has one position all the same.
  std::vector<std::pair<std::int64_t, fs::path>> sorted;
  for (fs::path& path : all) sorted.emplace_back(steps_of(path), std::move(path));
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  all.clear();
  for (auto& [steps, path] : sorted) all.push_back(std::move(path));
  return all;
}

ModelPath model_file(const std::string& name, const std::string& wanted, bool strictly,
                     const std::string& runs) {
  std::error_code error;
  if (fs::is_regular_file(name, error)) return {name, run_around(name)};
  const fs::path run = io::find_run(name, runs);
  for (const std::string& each : {wanted, std::string("last"), std::string("best")}) {
    const fs::path file = run / io::kCheckpointFolder / (each + ".safetensors");
    if (fs::exists(file, error) && (each == wanted || !strictly)) return {file, run};
  }
  const auto below = io::list_runs(run);  // folds, or members that are not combined yet
  if (!below.empty()) {
    throw FileError(
        fmt::format("{}: holds {} of several trainings and no network of all of them; choose one, such as {}",
                    run.string(), below.size(), below.back().path.string()));
  }
  throw FileError(fmt::format("{}: holds no checkpoint called {}", run.string(), wanted));
}

fs::path best_checkpoint(const fs::path& run) { return run / io::kCheckpointFolder / "best.safetensors"; }

}  // namespace luge::experiment
