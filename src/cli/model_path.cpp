#include "cli/model_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/command.h"
#include "luge/models/gallery.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

// A network of the gallery is not a trained one.
std::string train_first(const std::string& name) {
  const std::vector<std::string> known = models::names();
  if (std::find(known.begin(), known.end(), name) == known.end()) return "";
  return fmt::format(
      "; it is a network of the gallery: {} train model={} trains it, and run=last is the result", program(),
      name);
}

}  // namespace

std::vector<Key> model_file_keys() {
  return {{"run", "folder of a run, of the command or of a program's train::checkpoint; last is the newest"},
          {"model", "model file (.safetensors), or a folder as run= takes it"},
          {"checkpoint", "of the run: best or last", "best"}};
}

experiment::ModelPath model_path(const Arguments& arguments) {
  const std::string wanted = arguments.choice("checkpoint", {"best", "last"});
  if (arguments.given("model")) {
    if (arguments.given("run"))
      throw Misuse(fmt::format("luge {}: give model= or run=, not both", arguments.command()));
    const std::string name = arguments.text("model");
    std::error_code error;
    if (!fs::exists(name, error))
      throw FileError(fmt::format("{}: there is no such file{}", name, train_first(name)));
    return experiment::model_file(name, wanted, arguments.given("checkpoint"));
  }
  if (!arguments.given("run")) {
    throw Misuse(fmt::format("luge {}: which model? run=last, run=DIR or model=FILE", arguments.command()));
  }
  return experiment::model_file(arguments.text("run"), wanted, arguments.given("checkpoint"));
}

}  // namespace luge::cli
