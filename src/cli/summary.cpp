// luge summary: the layers of a network.
#include "luge/nn/summary.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.h"
#include "cli/model_path.h"
#include "cli/output.h"
#include "experiment/keys.h"
#include "experiment/model_choice.h"
#include "experiment/network_entry.h"
#include "experiment/planned_step.h"
#include "luge/error.h"
#include "luge/graph.h"
#include "luge/nn/load.h"
#include "luge/nn/network_file.h"
#include "luge/nn/observe.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

bool is_path(const std::string& model) {
  if (model.ends_with(".toml")) return false;  // a network as text
  return model.find('/') != std::string::npos || model.ends_with(".safetensors");
}

struct Known {
  std::string name;
  nn::Model net;
  Shape input;
  DType dtype = f32;
  bool trained = false;
  NamedTensors inputs = {};  // of a network with several inputs or outputs
};

// A network of a file with several inputs or outputs, which only summary shows.
std::optional<Known> several(const std::string& model) {
  if (!experiment::is_network_file(model) || !model.ends_with(".toml")) return std::nullopt;
  const nn::NetworkText text = nn::from_toml(model, {.outputs = 1});
  if (text.net->input_names().size() == 1 && text.net->output_names().size() == 1) return std::nullopt;
  if (text.takes_outputs)
    throw FormatError(
        fmt::format("{}: outputs = \"auto\" is for networks with one output; write numbers", model));
  Known known{text.name, text.net, text.input, text.dtype};
  for (const nn::TensorSpec& spec : text.inputs)
    known.inputs.set(spec.name, graph::placeholder(spec.dtype, spec.shape, spec.name));
  if (text.inputs.empty() && text.input.rank() > 0)
    known.inputs.set(text.net->input_names()[0],
                     graph::placeholder(text.dtype, text.input.inserted(0, unknown), "input"));
  return known;
}

Known network(const Arguments& arguments) {
  const std::string model = arguments.has("model.name") ? arguments.text("model.name") : "";
  if (arguments.has("run") && !model.empty())
    throw Misuse(fmt::format("luge {}: give model= or run=, not both", arguments.command()));
  if (arguments.has("run") || is_path(model)) {
    for (const Key& key : experiment::model_and_input_keys()) {
      if (key.name != "model.name" && arguments.given(key.name))
        throw Misuse(
            fmt::format("luge summary: {}={}: a trained network is as it is; {}= belongs to model=NAME of "
                        "the gallery",
                        arguments.shown(key.name), arguments.text(key.name), arguments.shown(key.name)));
    }
    std::vector<std::string> words;
    words.push_back(arguments.has("run") ? "run=" + arguments.text("run") : "model=" + model);
    const auto path = model_path(Arguments(arguments.command(), model_file_keys(), 0, words)).file;
    const nn::Loaded net = nn::load(path.string());
    return {path.string(), net, net.metadata().input, net.metadata().dtype, true};
  }
  if (std::optional<Known> found = several(model)) return *std::move(found);
  experiment::Config with_defaults = arguments;
  const models::Entry entry = experiment::entry_without_data(with_defaults);
  experiment::take_defaults(with_defaults, entry);
  const data::Info info = experiment::info_without_data(with_defaults, entry);
  const data::Field input = info.input();
  Known known{entry.name, experiment::make_model(entry, 0), input.shape, input.dtype};
  if (known.net->input_names().size() > 1) {
    const data::Batch batch = experiment::empty_batch(info, 1, entry.input[0]);
    for (const std::string& name : known.net->input_names()) known.inputs.set(name, batch[name]);
  }
  return known;
}

// "input [1,28,28]"
std::string inputs_text(const Known& known) {
  std::string text;
  for (const auto& [name, tensor] : known.inputs)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, tensor.shape().without(0).to_string());
  return text.empty() ? "input " + known.input.to_string() : text;
}

// What a linear model has learned, for inputs as they come: weights · scale, and the offsets in the bias.
struct Equation {
  std::string output;
  std::vector<std::pair<std::string, double>> terms;
  double bias = 0;
};

// Of a trained network that is one small matrix and its bias; none for others.
std::vector<Equation> equations(const nn::Module& net) {
  constexpr std::int64_t kMost = 200;
  const nn::Metadata& metadata = net.metadata();
  const Variables parameters = net.parameters();
  if (metadata.input.rank() != 1 || parameters.empty() || parameters.size() > 2) return {};
  std::vector<double> weight, bias;
  for (const Variable& parameter : parameters) {
    const auto values = parameter.value().to_vector<double>();
    if (parameter.shape().rank() == 2 && !weight.empty()) return {};
    (parameter.shape().rank() == 2 ? weight : bias) = values;
  }
  const auto inputs = static_cast<std::size_t>(metadata.input[0]);
  if (weight.empty() || weight.size() > kMost || weight.size() % inputs != 0) return {};
  const auto at = [](const std::vector<float>& list, std::size_t i, float none) {
    return static_cast<double>(list.empty() ? none : list[list.size() == 1 ? 0 : i]);
  };
  std::vector<Equation> all(weight.size() / inputs);
  for (std::size_t k = 0; k < all.size(); ++k) {
    Equation& one = all[k];
    one.bias = k < bias.size() ? bias[k] : 0;
    one.output = all.size() == metadata.classes.size() ? metadata.classes[k]
                 : metadata.target.empty()             ? "y"
                                                       : metadata.target;
    for (std::size_t i = 0; i < inputs; ++i) {
      const double slope = weight[k * inputs + i] * at(metadata.scale, i, 1);
      one.terms.emplace_back(i < metadata.features.size() ? metadata.features[i] : fmt::format("x{}", i),
                             slope);
      one.bias -= slope * at(metadata.offset, i, 0);
    }
  }
  return all;
}

std::string meaning(const nn::Metadata& metadata) {
  switch (metadata.output) {
    case OutputKind::values: return "";
    case OutputKind::logits: return " (logits)";
    case OutputKind::binary_logits: return " (logit)";
    case OutputKind::probabilities: return " (probabilities)";
    case OutputKind::binary_probabilities: return " (probability)";
  }
  return "";
}

int run_summary(const Arguments& arguments) {
  const nn::TypesAlone types;
  const Known known = network(arguments);
  const nn::Summary summary = known.inputs.empty() ? nn::summary(*known.net, known.input, known.dtype)
                                                   : nn::summary(*known.net, known.inputs);
  if (!arguments.json()) {
    fmt::print("{} on {}\n{}", known.name, inputs_text(known), summary.to_string());
    if (!known.trained) return 0;
    for (const Equation& one : equations(*known.net)) {
      fmt::print("\n{}{} =\n", one.output, meaning(known.net->metadata()));
      for (const auto& [feature, slope] : one.terms) fmt::print("  {:>14.6g} · {}\n", slope, feature);
      fmt::print("  {:>14.6g}\n", one.bias);
    }
    return 0;
  }
  Json layers = Json::array();
  for (const nn::LayerSummary& layer : summary.layers) {
    layers.push_back({{"path", layer.path},
                      {"type", layer.type},
                      {"output", std::vector<std::int64_t>(layer.output.begin() + 1, layer.output.end())},
                      {"parameters", layer.parameters},
                      {"trainable", layer.trainable},
                      {"macs", layer.macs},
                      {"connections", layer.connections},
                      {"neurons", layer.neurons},
                      {"activation_bytes", layer.activation_bytes}});
  }
  Json json = {{"model", known.name},
               {"parameters", {{"total", summary.parameters}, {"trainable", summary.trainable}}},
               {"macs", summary.macs},
               {"connections", summary.connections},
               {"activation_bytes", summary.activation_bytes},
               {"layers", layers}};
  for (const Equation& one : known.trained ? equations(*known.net) : std::vector<Equation>()) {
    Json weights = Json::object();
    for (const auto& [feature, slope] : one.terms) weights[feature] = slope;
    json["equations"].push_back({{"output", one.output}, {"weights", weights}, {"bias", one.bias}});
  }
  print_json(json);
  return 0;
}

std::vector<Key> summary_keys() {
  std::vector<Key> keys = experiment::model_and_input_keys();
  keys.push_back({"run", "folder of a run; last is the newest"});
  return keys;
}

const Registration registration_summary({"summary",
                                         "the layers of a network: parameters, multiply-adds, connections",
                                         {"summary model=lenet5 [input=1x28x28]", "summary run=last"},
                                         summary_keys,
                                         0,
                                         run_summary});

}  // namespace
}  // namespace luge::cli
