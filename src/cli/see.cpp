// luge see: what a trained network sees in a picture.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_path.h"
#include "cli/output.h"
#include "cli/picture_files.h"
#include "cli/training.h"
#include "experiment/learned.h"
#include "experiment/looked_inside.h"
#include "experiment/option_keys.h"
#include "experiment/pictures.h"
#include "experiment/raw_inputs.h"
#include "experiment/run_config.h"
#include "experiment/runs.h"
#include "luge/experiment/run.h"
#include "luge/io/model_file.h"

namespace luge::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using experiment::Looked;

struct SeeOptions {
  static constexpr const char* table = "";
  std::string run, checkpoint = "best", dir = experiment::kRuns, input, to, unit, layer;
  std::int64_t maps = 8, window = 0, samples = 1;
  static void fields(auto& self, auto&& field) {
    field("run", self.run, "folder of a run of luge train; last is the newest", options::required);
    field("checkpoint", self.checkpoint, "which one of the run", options::one_of({"best", "last"}));
    field("dir", self.dir, "folder in which runs are looked for by their names");
    field("input", self.input, "picture (PNG, JPEG, BMP), or a folder of them", options::required,
          options::elsewhere({"image", "picture", "file", "path"}));
    field("to", self.to, "folder for the pictures; empty: the folder see of the run",
          options::elsewhere({"output", "out", "save"}));
    field("unit", self.unit, "class, or number of an output, whose reasons are shown; empty: the largest",
          options::elsewhere({"class", "target"}));
    field("layer", self.layer, "path of the layer for Grad-CAM; empty: the last of 16 positions or more");
    field("maps", self.maps, "channels shown of each layer, the strongest", options::at_least(1));
    field("window", self.window, "pixels that are covered at a time for occlusion; 0: a sixth of the picture",
          options::at_least(0));
    field("samples", self.samples, "copies with noise that saliency is the mean of; 1: the picture itself",
          options::at_least(1));
  }
};

// "11/2 -4" for 11 pixels in steps of 2 that begin at -4; a dash where there is no formula.
std::string axis_text(const ReceptiveAxis& axis) { return fmt::format("{:g}/{:g}", axis.size, axis.stride); }
std::string field_text(const nn::LayerField& layer) {
  if (!layer.field) return "-";
  const auto& [down, across] = *layer.field;
  return down == across ? axis_text(down) : fmt::format("{} x {}", axis_text(down), axis_text(across));
}

Json to_json(const ReceptiveAxis& axis) {
  return {{"size", axis.size}, {"stride", axis.stride}, {"start", axis.start}};
}
Json to_json(const std::vector<nn::LayerField>& fields) {
  Json all = Json::array();
  for (const nn::LayerField& layer : fields) {
    Json one = {{"path", layer.path},
                {"type", layer.type},
                {"output", std::vector<std::int64_t>(layer.output.begin(), layer.output.end())}};
    if (layer.field) one["height"] = to_json((*layer.field)[0]), one["width"] = to_json((*layer.field)[1]);
    all.push_back(std::move(one));
  }
  return all;
}

void print(const std::vector<nn::LayerField>& fields) {
  std::size_t path = 5, type = 4;
  for (const nn::LayerField& layer : fields)
    path = std::max(path, layer.path.size()), type = std::max(type, layer.type.size());
  fmt::print("{:<{}}  {:<{}}  {:<18}  {}\n", "layer", path, "type", type, "output", "sees pixels/steps");
  for (const nn::LayerField& layer : fields) {
    fmt::print("{:<{}}  {:<{}}  {:<18}  {}\n", layer.path.empty() ? "(network)" : layer.path, path,
               layer.type, type, layer.output.to_string(), field_text(layer));
  }
}

// The files that were written, by what is on them.
Json write(const Looked& looked, const fs::path& folder, const std::string& title, std::int64_t maps) {
  make_folder(folder);
  Json files = Json::object();
  const auto sheet = [&](const char* name, const std::vector<draw::Picture>& pictures, std::int64_t columns,
                         double cell) {
    if (pictures.empty()) return;
    const std::string file = (folder / fmt::format("{}.png", name)).string();
    draw::picture_grid(pictures, {.title = title, .columns = columns, .cell = cell}).write(file);
    files[name] = file;
  };
  sheet("reasons", looked.reasons, static_cast<std::int64_t>(looked.reasons.size()), 224);
  sheet("maps", looked.maps, maps, 112);
  sheet("filters", looked.filters, 0, 64);
  return files;
}

int see(const Arguments& arguments) {
  watch_signals();
  const auto options = experiment::read<SeeOptions>(arguments);
  check_folder_or_figure(arguments, "to", options.to);
  if (draw::is_figure_name(options.to)) arguments.refuse("to", "a folder: there are several pictures");
  const experiment::ModelPath path =
      experiment::model_file(options.run, options.checkpoint, arguments.given("checkpoint"), options.dir);
  check_one_network(arguments, path.run);
  const nn::Loaded file = io::read_model(path.file.string()).net;
  const nn::Metadata& metadata = file.metadata();
  const nn::Metadata raw = experiment::of_raw_data(metadata);
  if (!experiment::is_picture(raw.input))
    throw experiment::SettingError(
        fmt::format("{}: this network takes {}; luge see looks into networks that look at pictures",
                    arguments.said("run"), metadata.input.to_string()));
  const experiment::RawInputs found =
      experiment::read_inputs(options.input, raw, {}, false, stop_if_asked,
                              [](const std::string& problem) { tell_aside("luge: skipped: {}\n", problem); });
  // A model file alone is a graph of ops, without layers.
  const experiment::Run run(experiment::read_config(path.run), {.tell = tell_person()});
  const experiment::Scope scope(run.settings());
  run.restore(path.file);
  const tasks::Learned learned = experiment::learned(metadata);
  const fs::path folder = options.to.empty() ? path.run / "see" : fs::path(options.to);
  Json list = Json::array();
  const std::vector<nn::LayerField> fields =
      experiment::layer_fields(run.trainer().net(), learned, metadata, found.inputs.at(0).record);
  for (const experiment::RawInput& input : found.inputs) {
    stop_if_asked();
    const Looked looked =
        experiment::look_inside(run.trainer().net(), learned, metadata, input.record,
                                {options.unit, options.layer, options.maps, options.window, options.samples});
    const std::string name = fs::path(input.name).filename().string();
    const fs::path own =
        found.inputs.size() == 1 ? fs::path(name).stem() : fs::path(numbered_word(list.size(), name));
    const Json files = write(looked, folder / own, name, options.maps);
    Json one = {{"input", input.name},
                {"unit", looked.unit},
                {"name", looked.name},
                {"answer", looked.answer},
                {"files", files}};
    if (list.empty()) one["receptive_fields"] = to_json(fields);
    list.push_back(std::move(one));
    if (!arguments.json()) {
      if (list.size() == 1) print(fields);
      fmt::print("{}: {}, output {:.4g}\n", input.name, looked.name, looked.answer);
      for (const auto& [what, each] : files.items())
        fmt::print("  {:<8} {}\n", what, each.get<std::string>());
    }
  }
  if (arguments.json()) print_json(list);
  if (found.skipped > 0) tell_aside("luge: {} files skipped\n", found.skipped);
  return 0;
}

const Registration registration_see({"see",
                                     "what a trained network sees in a picture: filters, maps, reasons",
                                     {"see run=last input=x.png [to=FOLDER]",
                                      "see run=last input=x.png unit=cat samples=20"},
                                     experiment::keys_of<SeeOptions>,
                                     0,
                                     see});

}  // namespace
}  // namespace luge::cli
