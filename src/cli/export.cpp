// luge export: a network in another format, which the ending of to= chooses.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/export/format.h"
#include "cli/output.h"
#include "experiment/family_keys.h"
#include "experiment/model_choice.h"
#include "experiment/network_entry.h"
#include "io/files/atomic_file.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

std::vector<ExportFormat> formats() { return {toml_format()}; }

std::vector<std::string_view> endings() {
  std::vector<std::string_view> all;
  for (const ExportFormat& format : formats()) all.push_back(format.ending);
  return all;
}

ExportFormat format_of(const Arguments& arguments) {
  const std::string file = arguments.text("to");
  for (const ExportFormat& format : formats()) {
    if (file.ends_with(format.ending) && fs::path(file).filename() != format.ending) return format;
  }
  arguments.refuse("to", fmt::format("the name of a file that ends in {}", fmt::join(endings(), " or ")));
}

// What was trained has weights, which no format holds so far.
void refuse_trained(const Arguments& arguments, const ExportFormat& format) {
  const bool file = arguments.given("model.name") && !arguments.text("model.name").ends_with(".toml") &&
                    experiment::is_network_file(arguments.text("model.name"));
  if (!arguments.given("run") && !file && !arguments.text("model.name").ends_with(".safetensors")) return;
  const char* key = arguments.given("run") ? "run" : "model.name";
  throw Misuse(
      fmt::format("luge export: {}={}: a trained network cannot be exported yet; {} holds {}: "
                  "write model=NAME of the gallery (luge list models)",
                  arguments.shown(key), arguments.text(key), arguments.text("to"), format.holds));
}

int run_export(const Arguments& arguments) {
  const ExportFormat format = format_of(arguments);
  refuse_trained(arguments, format);
  const std::string file = arguments.text("to");
  std::error_code error;
  if (fs::exists(fs::symlink_status(file, error)) && !arguments.flag("overwrite"))
    throw FileError(fmt::format("{}: the file exists; overwrite=true replaces it", file));
  const models::Entry network = experiment::model_entry(arguments);
  io::write_file(file, format.write(network));
  const std::string next = fmt::format("{} {}", program(), format.next(network, file));
  if (arguments.json()) {
    print_json({{"model", network.name}, {"file", file}, {"next", next}});
  } else {
    fmt::print("{}: {}, {}\nNext:\n  {}\n", file, network.name, format.holds, next);
  }
  return 0;
}

std::vector<Key> export_keys() {
  std::vector<Key> keys = experiment::family_keys("model");
  const std::vector<Key> more = {
      {"to",
       fmt::format("file to write; its ending is the format: {}", fmt::join(endings(), ", ")),
       "",
       {},
       {"output", "out", "file"}},
      {"overwrite", "replace a file that exists", "false", {}, {"force", "exist_ok"}},
      {"run", "folder of a run; last is the newest"}};
  keys.insert(keys.begin() + 1, more.begin(), more.end());
  return keys;
}

const Registration registration_export({"export",
                                        "writes a network in another format",
                                        {"export model=lenet5 to=net.toml [width=2 overwrite=true]"},
                                        export_keys,
                                        0,
                                        run_export});

}  // namespace
}  // namespace luge::cli
