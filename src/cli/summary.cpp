// luge summary: the layers of a network.
#include "luge/nn/summary.h"
#include "cli/output.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/runs.h"
#include "cli/setup.h"
#include "luge/nn/load.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

bool is_path(const std::string& model) {
  return model.find('/') != std::string::npos || model.ends_with(".safetensors");
}

struct Known {
  std::string name;
  nn::Model net;
  Shape input;
  DType dtype = f32;
};

Known network(const Arguments& arguments) {
  const std::string model = arguments.has("model.name") ? arguments.text("model.name") : "";
  if (arguments.has("run") || is_path(model)) {
    std::vector<std::string> words;
    words.push_back(arguments.has("run") ? "run=" + arguments.text("run") : "model=" + model);
    const auto path = model_path(Arguments(arguments.command(), model_file_keys(), 0, words)).file;
    const nn::Loaded net = nn::load(path.string());
    return {path.string(), net, net.notes().input, net.notes().dtype};
  }
  Arguments with_defaults = arguments;
  const models::Entry entry = model_entry(with_defaults);
  take_defaults(with_defaults, entry);
  const data::Field input = info_without_data(with_defaults, entry).input;
  return {entry.name, models::make(entry.name), input.shape, input.dtype};
}

int run_summary(const Arguments& arguments) {
  const Known known = network(arguments);
  const nn::Summary summary = nn::summary(*known.net, known.input, known.dtype);
  if (!arguments.json()) {
    fmt::print("{} on input {}\n{}", known.name, known.input.to_string(), summary.to_string());
    return 0;
  }
  Json layers = Json::array();
  for (const nn::LayerSummary& layer : summary.layers) {
    layers.push_back({{"path", layer.path},
                      {"type", layer.type},
                      {"output", std::vector<std::int64_t>(layer.output.begin() + 1, layer.output.end())},
                      {"parameters", layer.parameters},
                      {"macs", layer.macs},
                      {"connections", layer.connections},
                      {"neurons", layer.neurons}});
  }
  print_json(Json{{"model", known.name},
                  {"parameters", {{"total", summary.parameters}, {"trainable", summary.trainable}}},
                  {"macs", summary.macs},
                  {"connections", summary.connections},
                  {"layers", layers}});
  return 0;
}

std::vector<Key> summary_keys() {
  std::vector<Key> keys = model_and_input_keys();
  keys.push_back({"run", "folder of a run; last is the newest"});
  return keys;
}

const Registration registration({"summary",
                                 "the layers of a network: parameters, multiply-adds, connections",
                                 {"summary model=lenet5 [input=1x28x28]", "summary run=last"},
                                 summary_keys(),
                                 0,
                                 run_summary});

}  // namespace
}  // namespace luge::cli
