// luge predict: what a network says about pictures and tables.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_path.h"
#include "cli/output.h"
#include "experiment/keys.h"
#include "experiment/learned.h"
#include "experiment/option_keys.h"
#include "experiment/pictures.h"
#include "experiment/raw_inputs.h"
#include "experiment/record_json.h"
#include "io/text/json_text.h"
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
    told.line += fmt::format("  {}: {:.3f}", label, probability);
  }
  return told;
}

// Each field by its name.
Told tell_fields(const data::Record& record) {
  constexpr std::size_t kMost = 16;  // numbers in a line
  Told told;
  told.json = Json::object();
  for (const auto& [name, value] : record) {
    const Json json = experiment::to_json(value);
    told.json[name] = json;
    const bool numbers = json.is_array() && json.size() > kMost;
    told.line += fmt::format("  {}: {}", name, numbers ? value.field.to_string() : io::json_text(json));
  }
  return told;
}

Told tell(const data::Record& record, const nn::Metadata& metadata, std::size_t top) {
  if (const auto order = ranked(record, metadata, top); !order.empty())
    return tell_classes(record, metadata, order);
  if (record.size() != 1 || !record.contains("values")) return tell_fields(record);
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
  std::string input;
  std::int64_t top = 5;
  bool invert = false;
  static void fields(auto& self, auto&& field) {
    field("input", self.input, "picture (PNG, JPEG, BMP), table (CSV), text, or a folder of them",
          options::required, options::elsewhere({"image", "picture", "file", "path"}));
    field("top", self.top, "how many guesses", options::at_least(1),
          options::elsewhere({"k", "topk", "top_k"}));
    field("invert", self.invert, "turn dark and bright of pictures");
  }
};

int predict(const Arguments& arguments) {
  watch_signals();
  const auto options = experiment::read<PredictOptions>(arguments);
  const nn::Loaded net = io::read_model(model_path(arguments).file.string()).net;
  const nn::Metadata& metadata = net.metadata();
  experiment::RawInputs found = experiment::read_inputs(
      options.input, experiment::of_raw_data(metadata), experiment::table_format(arguments),
      experiment::reads_text(metadata), stop_if_asked,
      [](const std::string& problem) { tell_aside("luge: skipped: {}\n", problem); });
  if (options.invert) {
    if (!experiment::is_picture(metadata.input)) {
      arguments.refuse("invert", fmt::format("a network that looks at pictures; this one takes {}",
                                             metadata.input.to_string()));
    }
    experiment::invert(found);
  }
  const tasks::Learned learned = experiment::learned(metadata, changed_options(arguments, metadata));
  if (!learned.task) tell_aside("luge: {}; its outputs are shown as they are\n", learned.why);
  const std::vector<data::Record> records = experiment::predict(net, learned, found, stop_if_asked);
  const auto top = static_cast<std::size_t>(options.top);
  Json list = Json::array();
  for (std::size_t i = 0; i < found.inputs.size(); ++i) {
    const Told told = tell(records[i], metadata, top);
    Json one = {{"input", found.inputs[i].name}};
    one.update(told.json);
    std::string line = found.inputs[i].name + told.line;
    if (const std::string note = found.inputs[i].note(); !note.empty()) {
      one["note"] = note;
      line += "  (" + note + ")";
    }
    list.push_back(std::move(one));
    if (!arguments.json()) fmt::print("{}\n", line);
  }
  if (arguments.json()) print_json(list);
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

const Registration registration({"predict",
                                 "what a network says about pictures and tables",
                                 {"predict run=last input=FILE|FOLDER [top=5]",
                                  "predict model=FILE input=FILE"},
                                 keys,
                                 0,
                                 predict});

}  // namespace
}  // namespace luge::cli
