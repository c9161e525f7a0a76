// luge predict: what a network says about pictures and tables.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <system_error>

#include "cli/command.h"
#include "cli/detections.h"
#include "cli/drawn_predictions.h"
#include "cli/interrupt.h"
#include "cli/model_path.h"
#include "cli/output.h"
#include "cli/translations.h"
#include "cli/unknown.h"
#include "experiment/drawn_prediction.h"
#include "experiment/keys.h"
#include "experiment/learned.h"
#include "experiment/option_keys.h"
#include "experiment/pictures.h"
#include "experiment/raw_inputs.h"
#include "experiment/record_json.h"
#include "io/text/json_text.h"
#include "luge/data/image_folder.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"
#include "luge/io/model_file.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

// The probabilities of all classes, the highest first; none when the record does not have them.
std::vector<std::size_t> ranked(const data::Record& record, const nn::Metadata& metadata, std::size_t count) {
  const data::HostArray* p = record.find("probabilities");
  if (!p || (!metadata.classes.empty() && p->as<float>().size() != metadata.classes.size())) return {};
  const std::span<const float> values = p->as<float>();
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  order.resize(std::min(order.size(), count));
  return order;
}

// One prediction as a JSON object, and as what follows the name of its input in a line.
struct Told {
  Json json;
  std::string line;
};

Told tell_classes(const data::Record& record, const nn::Metadata& metadata,
                  const std::vector<std::size_t>& order) {
  Told told;
  told.json["top"] = Json::array();
  for (const std::size_t k : order) {
    const std::string label = k < metadata.classes.size() ? metadata.classes[k] : std::to_string(k);
    const double probability = record["probabilities"].as<float>()[k];
    told.json["top"].push_back({{"label", label}, {"index", k}, {"probability", probability}});
    told.line += fmt::format("  {}: {:.3f}", one_line(label), probability);
  }
  return told;
}

// Each field by its name. The mask is in a file, if its name is given.
Told tell_fields(const data::Record& record, const std::string& mask) {
  constexpr std::size_t kMost = 16;  // numbers in a line
  Told told;
  told.json = Json::object();
  for (const auto& [name, value] : record) {
    if (name == data::kMask && !mask.empty()) {
      told.json[name] = mask;
      told.line += fmt::format("  {}: {}", name, mask);
      continue;
    }
    const Json json = experiment::to_json(value);
    told.json[name] = json;
    const bool numbers = json.is_array() && json.size() > kMost;
    told.line += fmt::format("  {}: {}", name, numbers ? value.field.to_string() : io::json_text(json));
  }
  return told;
}

// Points by their names, in pixels of the file: those that are visible in the line, all of them as JSON.
Told tell_points(const data::Record& record, const nn::Metadata& metadata,
                 const experiment::RawInput& input) {
  Told told;
  told.json["points"] = Json::array();
  const auto values = record[data::kPoints].as<float>();
  const auto visible = record["visible"].as<std::uint8_t>();
  for (std::size_t k = 0; k < visible.size(); ++k) {
    const std::string name =
        metadata.classes.size() == visible.size() ? metadata.classes[k] : std::to_string(k);
    const double x = values[3 * k] * input.x_scale, y = values[3 * k + 1] * input.y_scale;
    told.json["points"].push_back(
        {{"name", name}, {"x", x}, {"y", y}, {"score", values[3 * k + 2]}, {"visible", visible[k] != 0}});
    if (visible[k] != 0) told.line += fmt::format("  {}: {:.1f},{:.1f}", one_line(name), x, y);
  }
  if (told.line.empty()) told.line = "  no point is visible";
  return told;
}

Told tell(const data::Record& record, const nn::Metadata& metadata, const experiment::RawInput& input,
          std::size_t top, const std::string& mask) {
  if (const auto order = ranked(record, metadata, top); !order.empty())
    return tell_classes(record, metadata, order);
  if (record.contains(data::kBoxes))
    return {{{"detections", detections_json(record, metadata.classes)}},
            detections_line(record, metadata.classes)};
  if (record.contains(data::kPoints) && record.contains("visible"))
    return tell_points(record, metadata, input);
  if (record.size() != 1 || !record.contains("values")) return tell_fields(record, mask);
  const auto values = record["values"].as<float>();
  return {{{"values", std::vector<float>(values.begin(), values.end())}},
          fmt::format("  {:.6g}", fmt::join(values, " "))};
}

// Options of the task that are others than those of the file, such as a threshold.
options::Values changed_options(const Arguments& arguments, const nn::Metadata& metadata) {
  options::Values values;
  const std::vector<std::string> names = tasks::names();
  const bool known = std::find(names.begin(), names.end(), metadata.task) != names.end();
  for (const Key& key : experiment::task_keys()) {
    if (!arguments.given(key.name)) continue;
    const std::string name = key.name.substr(key.name.find('.') + 1);
    options::Value value = arguments.text(key.name);
    for (const options::Info& option :
         known ? tasks::find(metadata.task).options : std::vector<options::Info>())
      if (option.name == name) value = option.parse(arguments.text(key.name));
    values.emplace_back(name, std::move(value));
  }
  return values;
}

struct PredictOptions {
  static constexpr const char* table = "";
  std::string input, text, to;
  std::int64_t top = 5;
  bool invert = false;
  data::OnBadFile on_bad = data::OnBadFile::stop;
  static void fields(auto& self, auto&& field) {
    field("input", self.input, "picture (PNG, JPEG, BMP), table (CSV), text, or a folder of them",
          options::elsewhere({"image", "picture", "file", "path"}));
    field("text", self.text, "a text itself, in place of input=", options::elsewhere({"prompt", "sentence"}));
    field("to", self.to,
          "folder for the pictures with what was found in them, and for masks as pictures of numbers; or a "
          "file, .png or .svg, for one picture of all, or of where a network that translates has looked",
          options::elsewhere({"output", "out", "save"}));
    field("top", self.top, "how many guesses", options::at_least(1),
          options::elsewhere({"k", "topk", "top_k"}));
    field("invert", self.invert, "turn dark and bright of pictures");
    field("on_bad", self.on_bad,
          "a row of a table that cannot be read: stop, or skip it and say so, as always in a folder",
          options::elsewhere({"on_error", "ignore_errors"}));
  }
};

// The first of them, each on a line.
void tell_rows(const char* what, const std::vector<std::string>& rows, std::size_t most) {
  for (std::size_t k = 0; k < std::min(most, rows.size()); ++k) tell_aside("luge: {}: {}\n", what, rows[k]);
  if (rows.size() > most) tell_aside("luge: {}: … and {} more rows\n", what, rows.size() - most);
}

// Rows without a prediction. Throws FormatError when there are bad ones and `stop` is true, and when no row
// is left.
void tell_rows(const experiment::RawInputs& found, const std::string& path, bool stop) {
  constexpr std::size_t kLeftOut = 5, kBad = 20;  // that are named
  tell_rows("left out", found.left_out, kLeftOut);
  if (!stop || found.bad.size() > 1) tell_rows("cannot be read", found.bad, kBad);
  const std::size_t rows = found.inputs.size() + found.left_out.size() + found.bad.size();
  if (!found.left_out.empty())
    tell_aside("luge: {} of {} rows miss a cell and are left out, as in the training\n",
               found.left_out.size(), rows);
  if (!found.bad.empty() && stop)
    throw FormatError(
        fmt::format("{}: {} of {} rows cannot be read, the first is {}; on_bad=skip predicts the others",
                    path, found.bad.size(), rows, found.bad.front()));
  if (!found.bad.empty())
    tell_aside("luge: {} of {} rows cannot be read and are left out\n", found.bad.size(), rows);
  if (found.inputs.empty())
    throw FormatError(fmt::format("{}: none of its {} rows can be predicted", path, rows));
}

// The files that each picture was drawn into; empty when nothing is to be drawn.
std::vector<std::string> draw_all(const std::string& to, const tasks::Learned& learned,
                                  const experiment::RawInputs& found,
                                  const std::vector<data::Record>& records,
                                  const std::vector<std::string>& classes) {
  std::vector<draw::Picture> pictures;
  for (std::size_t i = 0; !to.empty() && i < records.size(); ++i)
    pictures.push_back(
        experiment::drawn_prediction(learned, found.inputs[i].record, records[i], classes,
                                     std::filesystem::path(found.inputs[i].name).filename().string()));
  return pictures.empty() ? std::vector<std::string>() : write_predictions(to, pictures);
}

int predict(const Arguments& arguments) {
  watch_signals();
  const auto options = experiment::read<PredictOptions>(arguments);
  const nn::Loaded net = io::read_model(model_path(arguments).file.string()).net;
  const nn::Metadata& metadata = net.metadata();
  if (options.input.empty() == options.text.empty())
    throw Misuse("luge predict: give input=FILE, or text=TEXT for a network that reads text, and not both");
  const tasks::Learned learned = experiment::learned(metadata, changed_options(arguments, metadata));
  const tasks::TranslatingTask* translates = translating(learned);
  if (!options.text.empty() && !translates && !experiment::reads_text(metadata))
    arguments.refuse("text", "a network that reads text");
  experiment::RawInputs found;
  if (!options.text.empty()) {
    found.inputs.push_back({options.text, {{"text", data::HostArray::of_text(options.text)}}, "", ""});
  } else if (translates) {
    found = lines_of_text(options.input);
  } else {
    found = experiment::read_inputs(
        options.input, experiment::of_raw_data(metadata), experiment::table_format(arguments),
        experiment::reads_text(metadata), stop_if_asked,
        [](const std::string& problem) { tell_aside("luge: skipped: {}\n", problem); });
  }
  if (options.invert) {
    if (!experiment::is_picture(metadata.input)) {
      arguments.refuse("invert", fmt::format("a network that looks at pictures; this one takes {}",
                                             metadata.input.to_string()));
    }
    experiment::invert(found);
  }
  if (!options.to.empty() && translates && !draw::is_figure_name(options.to))
    arguments.refuse("to", "a file name that ends with .png or .svg");
  if (!options.to.empty() && !translates &&
      !experiment::is_picture(experiment::of_raw_data(metadata).input))
    arguments.refuse(
        "to", fmt::format("a network that looks at pictures; this one takes {}", metadata.input.to_string()));
  if (!learned.task) tell_aside("luge: {}; its outputs are shown as they are\n", learned.why);
  const std::vector<data::Record> records =
      translates ? translate_inputs(*translates, net, found, options.to)
                 : experiment::predict(net, learned, found, stop_if_asked);
  std::error_code error;
  const bool folder = std::filesystem::is_directory(options.input, error);
  tell_rows(found, options.input, options.on_bad == data::OnBadFile::stop && !folder);
  const auto top = static_cast<std::size_t>(options.top);
  const std::vector<std::string> drawn = draw_all(translates ? "" : options.to, learned, found, records,
                                                  metadata.classes);
  const std::vector<std::string> masks = drawn.empty() || draw::is_figure_name(options.to)
                                             ? std::vector<std::string>(records.size())
                                             : write_masks(drawn, records, metadata.classes.size());
  Json list = Json::array();
  for (std::size_t i = 0; i < found.inputs.size(); ++i) {
    const Told told = tell(records[i], metadata, found.inputs[i], top, masks[i]);
    Json one = {{"input", found.inputs[i].name}};
    if (found.inputs[i].unknown.unknown > 0) one["unknown"] = unknown_json(found.inputs[i].unknown);
    if (found.inputs[i].line > 0) one["line"] = found.inputs[i].line;
    one.update(told.json);
    if (!drawn.empty()) one["drawn"] = drawn[i];
    std::string line = found.inputs[i].name + told.line;
    if (const std::string note = found.inputs[i].note(); !note.empty()) {
      one["note"] = note;
      line += "  (" + note + ")";
    }
    list.push_back(std::move(one));
    if (!arguments.json()) fmt::print("{}\n", line);
  }
  if (arguments.json())
    print_json(list);
  else if (!drawn.empty())
    fmt::print("{} pictures are in {}\n", drawn.size(), options.to);
  if (found.skipped > 0) tell_aside("luge: {} files skipped\n", found.skipped);
  return 0;
}

std::vector<Key> keys() {
  std::vector<Key> table = experiment::table_keys();
  std::erase_if(table,
                [](const Key& key) { return key.name != "data.header" && key.name != "data.separator"; });
  return experiment::joined(model_file_keys(), experiment::keys_of<PredictOptions>(), table,
                            experiment::task_keys());
}

const Registration registration_predict({"predict",
                                         "what a network says about pictures and tables",
                                         {"predict run=last input=FILE|FOLDER [top=5]",
                                          "predict run=last input=FOLDER to=sheet.png",
                                          "predict model=FILE input=FILE"},
                                         keys,
                                         0,
                                         predict});

}  // namespace
}  // namespace luge::cli
