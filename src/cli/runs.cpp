#include "cli/runs.h"

#include <fmt/format.h>

#include "io/run/run_directory.h"

namespace luge::cli {
namespace fs = std::filesystem;

std::vector<Key> model_file_keys() {
  return {{"run", "folder of a run; last is the newest"},
          {"model", "model file (.safetensors)"},
          {"checkpoint", "of the run: best or last", "best"}};
}

ModelPath model_path(const Arguments& arguments) {
  if (arguments.given("model")) {
    if (arguments.given("run"))
      throw Misuse(fmt::format("luge {}: give model= or run=, not both", arguments.command()));
    const fs::path file = arguments.text("model");
    if (!fs::exists(file)) throw FileError(fmt::format("{}: there is no such file", file.string()));
    return {file, {}};
  }
  if (!arguments.given("run")) {
    throw Misuse(fmt::format("luge {}: which model? run=last, run=DIR or model=FILE", arguments.command()));
  }
  const fs::path run = io::find_run(arguments.text("run"), kRuns);
  const std::string wanted = arguments.choice("checkpoint", {"best", "last"});
  for (const std::string& name : {wanted, std::string("last"), std::string("best")}) {
    const fs::path file = run / "checkpoints" / (name + ".safetensors");
    if (fs::exists(file) && (name == wanted || !arguments.given("checkpoint"))) return {file, run};
  }
  throw FileError(fmt::format("{}: holds no checkpoint called {}", run.string(), wanted));
}

}  // namespace luge::cli
