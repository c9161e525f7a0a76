// luge detect: the things that a network finds in pictures, drawn on them and as JSON next to the pictures.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.h"
#include "cli/detections.h"
#include "cli/drawn_predictions.h"
#include "cli/interrupt.h"
#include "cli/model_path.h"
#include "cli/output.h"
#include "cli/picture_files.h"
#include "experiment/drawn_prediction.h"
#include "experiment/keys.h"
#include "experiment/learned.h"
#include "experiment/option_keys.h"
#include "experiment/raw_inputs.h"
#include "experiment/task.h"
#include "io/files/atomic_file.h"
#include "io/text/json_text.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"
#include "luge/io/model_file.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kFile = "detections.json";

struct DetectOptions {
  static constexpr const char* table = "";
  std::string input, to;
  std::optional<double> score = {}, overlap = {};
  static void fields(auto& self, auto&& field) {
    field("input", self.input, "a picture (PNG, JPEG, BMP), or a folder of them", options::required,
          options::elsewhere({"image", "picture", "file", "path", "source"}));
    field("to", self.to, "folder for the pictures with their boxes and for detections.json",
          options::elsewhere({"output", "out", "save"}));
    field("score", self.score, "the score from which a thing is told (default: that of the file)",
          options::within(0, 1), options::elsewhere({"conf", "confidence"}));
    field("overlap", self.overlap,
          "the overlap above which the less sure of two goes (default: that of the file)",
          options::within(0, 1), options::elsewhere({"iou", "nms"}));
  }
};

// Options of the task that were given here.
options::Values changed(const DetectOptions& options) {
  options::Values values;
  if (options.score) values.emplace_back("score", *options.score);
  if (options.overlap) values.emplace_back("overlap", *options.overlap);
  return values;
}

bool finds_boxes(const tasks::Learned& learned) {
  return learned.task && experiment::finds_boxes(learned.task->needs());
}

std::string written(const fs::path& folder, const Json& list) {
  const std::string path = (folder / kFile).string();
  io::write_file(path, io::json_text(list) + "\n");
  return path;
}

int detect(const Arguments& arguments) {
  watch_signals();
  const auto options = experiment::read<DetectOptions>(arguments);
  if (draw::is_figure_name(options.to))
    arguments.refuse("to", "a folder: the pictures and detections.json go there");
  const fs::path path = model_path(arguments).file;
  const nn::Loaded net = io::read_model(path.string()).net;
  const nn::Metadata& metadata = net.metadata();
  tasks::Learned learned = experiment::learned(metadata);
  if (!finds_boxes(learned)) {
    throw experiment::SettingError(
        fmt::format("{}: has learned {}, which finds no boxes; luge predict says what such a network tells",
                    path.string(), metadata.task.empty() ? "no task" : "task=" + metadata.task));
  }
  learned = experiment::learned(metadata, changed(options));
  experiment::RawInputs found =
      experiment::read_inputs(options.input, experiment::of_raw_data(metadata), {}, false, stop_if_asked,
                              [](const std::string& problem) { tell_aside("luge: skipped: {}\n", problem); });
  const std::vector<data::Record> records = experiment::predict(net, learned, found, stop_if_asked);
  std::vector<draw::Picture> pictures;
  Json list = Json::array();
  for (std::size_t k = 0; k < records.size(); ++k) {
    const data::Record& raw = found.inputs[k].record;
    const Shape& shape = raw[data::kInput].field.shape;
    list.push_back({{"input", found.inputs[k].name},
                    {"width", shape[2]},
                    {"height", shape[1]},
                    {"detections", detections_json(records[k], metadata.classes)}});
    if (!options.to.empty())
      pictures.push_back(experiment::drawn_prediction(learned, raw, records[k], metadata.classes,
                                                      fs::path(found.inputs[k].name).filename().string()));
    if (!arguments.json())
      fmt::print("{}{}\n", found.inputs[k].name, detections_line(records[k], metadata.classes));
  }
  if (!pictures.empty()) {
    const std::vector<std::string> drawn = write_predictions(options.to, pictures);
    for (std::size_t k = 0; k < drawn.size(); ++k) list[k]["drawn"] = drawn[k];
    const std::string file = written(options.to, list);
    if (!arguments.json())
      fmt::print("{} pictures are in {}, all boxes in {}\n", drawn.size(), options.to, file);
  }
  if (arguments.json()) print_json(list);
  if (found.skipped > 0) tell_aside("luge: {} files skipped\n", found.skipped);
  return 0;
}

std::vector<Key> keys() {
  return experiment::joined(model_file_keys(), experiment::keys_of<DetectOptions>());
}

const Registration registration_detect({"detect",
                                        "the things that a network finds in pictures, drawn and as JSON",
                                        {"detect run=last input=FILE|FOLDER [to=FOLDER]",
                                         "detect model=FILE input=FOLDER to=found score=0.4"},
                                        keys,
                                        0,
                                        detect});

}  // namespace
}  // namespace luge::cli
