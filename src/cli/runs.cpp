#include "cli/runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cli/command.h"
#include "io/run/run_directory.h"
#include "io/run/step_files.h"
#include "luge/models/gallery.h"
#include "luge/train/checkpoint_info.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kCheckpoints = "checkpoints";

// The training that a file in DIR/checkpoints is of.
fs::path run_around(const fs::path& file) {
  const fs::path folder = fs::absolute(file).lexically_normal().parent_path();
  return folder.filename() == kCheckpoints ? folder.parent_path() : fs::path();
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
  const fs::path folder = run / kCheckpoints;
  std::vector<fs::path> all = {folder / "last.safetensors"};
  const auto steps = io::list_step_files(folder, "step");
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) all.push_back(step->path);
  all.push_back(folder / "best.safetensors");
  std::erase_if(all, [](const fs::path& path) { return !fs::exists(path); });
  std::stable_sort(all.begin(), all.end(),
                   [](const fs::path& a, const fs::path& b) { return steps_of(a) > steps_of(b); });
  return all;
}

std::vector<Key> model_file_keys() {
  return {{"run", "folder of a run, of the command or of a program's train::checkpoint; last is the newest"},
          {"model", "model file (.safetensors), or a folder as run= takes it"},
          {"checkpoint", "of the run: best or last", "best"}};
}

ModelPath model_file(const std::string& name, const std::string& wanted, bool strictly) {
  std::error_code error;
  if (fs::is_regular_file(name, error)) return {name, run_around(name)};
  const fs::path run = io::find_run(name, kRuns);
  for (const std::string& each : {wanted, std::string("last"), std::string("best")}) {
    const fs::path file = run / kCheckpoints / (each + ".safetensors");
    if (fs::exists(file, error) && (each == wanted || !strictly)) return {file, run};
  }
  throw FileError(fmt::format("{}: holds no checkpoint called {}", run.string(), wanted));
}

namespace {

// A network of the gallery is not a trained one.
std::string train_first(const std::string& name) {
  for (const models::Entry& entry : models::all()) {
    if (entry.name == name)
      return fmt::format(
          "; it is a network of the gallery: {} train model={} trains it, and run=last is the result",
          program(), name);
  }
  return "";
}

}  // namespace

ModelPath model_path(const Arguments& arguments) {
  const std::string wanted = arguments.choice("checkpoint", {"best", "last"});
  if (arguments.given("model")) {
    if (arguments.given("run"))
      throw Misuse(fmt::format("luge {}: give model= or run=, not both", arguments.command()));
    const std::string name = arguments.text("model");
    std::error_code error;
    if (!fs::exists(name, error))
      throw FileError(fmt::format("{}: there is no such file{}", name, train_first(name)));
    return model_file(name, wanted, arguments.given("checkpoint"));
  }
  if (!arguments.given("run")) {
    throw Misuse(fmt::format("luge {}: which model? run=last, run=DIR or model=FILE", arguments.command()));
  }
  return model_file(arguments.text("run"), wanted, arguments.given("checkpoint"));
}

}  // namespace luge::cli
