// luge gradients: how large outputs and gradients of each layer are, for one network or several.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/training.h"
#include "experiment/layer_gradients.h"
#include "experiment/option_keys.h"
#include "luge/draw/curves.h"

namespace luge::cli {
namespace {

using experiment::GradientLook;
using experiment::LayerGradient;
using Json = nlohmann::ordered_json;

struct GradientsOptions {
  static constexpr const char* table = "";
  std::vector<std::int64_t> at = {0};
  std::string compare, to;
  static void fields(auto& self, auto&& field) {
    field("at", self.at, "numbers of training steps after which the layers are looked at",
          options::at_least(0), options::elsewhere({"steps"}));
    field("compare", self.compare,
          "changes of the training with semicolons between them, such as \"activation=sigmoid; "
          "activation=relu normalization=batch-norm\": a network for each");
    field("to", self.to, "a picture, .png or .svg");
  }
};

struct Compared {
  std::string label;
  experiment::GradientLooks found;
};

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// The configuration with the words of one part of compare=. The label is these words.
std::pair<std::string, experiment::Config> changed(const Arguments& arguments, const experiment::Config& base,
                                                   const std::string& part) {
  experiment::Config config = base;
  std::vector<std::string> words;
  for (const std::string& word : split(part, ' ')) {
    if (word.empty()) continue;
    words.push_back(word);
    const auto equals = word.find('=');
    if (equals == word.npos || equals == 0 || equals + 1 == word.size())
      arguments.refuse("compare", "words KEY=VALUE with semicolons between networks");
    config.set(word.substr(0, equals), word.substr(equals + 1), experiment::Source::command_line);
  }
  return {fmt::format("{}", fmt::join(words, " ")), config};
}

experiment::GradientLooks looked(experiment::Config config, const std::vector<std::int64_t>& at) {
  // As many epochs as the steps may need; a training is ended after the last of them.
  constexpr const char* kMany = "100000";
  if (!config.given("train.epochs")) config.set("train.epochs", kMany);
  const experiment::Run run(config, {.tell = tell_person()});
  return experiment::look_at_gradients(run, at);
}

std::vector<Compared> compared(const Arguments& arguments, const GradientsOptions& options) {
  std::vector<std::int64_t> at = options.at;
  std::sort(at.begin(), at.end());
  at.erase(std::unique(at.begin(), at.end()), at.end());
  if (at.empty()) arguments.refuse("at", "whole numbers with commas between them, such as 0,100");
  const experiment::Config base = arguments.only(experiment::training_keys());
  if (options.compare.empty()) return {{base.text("model.name"), looked(base, at)}};
  std::vector<std::pair<std::string, experiment::Config>> networks;
  for (const std::string& part : split(options.compare, ';'))
    networks.push_back(changed(arguments, base, part));
  std::vector<Compared> all;
  for (const auto& [label, config] : networks) {
    stop_if_asked();
    all.push_back({label.empty() ? base.text("model.name") : label, looked(config, at)});
  }
  return all;
}

// A number that JSON does not have is null.
Json json_of(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json to_json(const Compared& network) {
  Json looks = Json::array();
  for (const GradientLook& look : network.found.looks) {
    Json layers = Json::array();
    for (const LayerGradient& layer : look.layers) {
      layers.push_back({{"path", layer.path},
                        {"type", layer.type},
                        {"units", layer.units},
                        {"distinct_units", layer.distinct},
                        {"output_mean", json_of(layer.output_mean)},
                        {"output_deviation", json_of(layer.output_deviation)},
                        {"output_gradient", json_of(layer.output_gradient)},
                        {"weight_gradient", json_of(layer.weight_gradient)}});
    }
    looks.push_back({{"step", look.step},
                     {"loss", json_of(look.loss)},
                     {"first_to_last", json_of(look.first_to_last())},
                     {"layers", std::move(layers)}});
  }
  Json json = {{"network", network.label}, {"looks", std::move(looks)}};
  if (!network.found.stopped.empty()) json["stopped"] = network.found.stopped;
  return json;
}

void print(const Compared& network) {
  fmt::print("{}\n", network.label);
  for (const GradientLook& look : network.found.looks) {
    std::size_t width = 5;
    for (const LayerGradient& layer : look.layers) width = std::max(width, layer.path.size());
    fmt::print("after {} steps: loss {:.4g}\n  {:<{}}  {:>15}  {:>10}  {:>10}  {:>10}  {:>10}\n", look.step,
               look.loss, "layer", width, "different units", "mean", "deviation", "|d output|",
               "|d weights|");
    for (const LayerGradient& layer : look.layers) {
      fmt::print("  {:<{}}  {:>15}", layer.path, width, fmt::format("{} of {}", layer.distinct, layer.units));
      for (const double each :
           {layer.output_mean, layer.output_deviation, layer.output_gradient, layer.weight_gradient})
        fmt::print("  {:>10}", std::isnan(each) ? "nan" : fmt::format("{:.3g}", each));
      fmt::print("\n");
    }
    if (const double ratio = look.first_to_last(); std::isfinite(ratio)) {
      fmt::print("  gradient of the first layer's weights: {:.3g} of the last one's\n", ratio);
    } else {
      fmt::print(
          "  gradients are 0 or not finite, so that the first layer's cannot be compared with the last "
          "one's\n");
    }
  }
  if (!network.found.stopped.empty()) fmt::print("ended  {}\n", network.found.stopped);
}

// One figure of each layer, a line for each network.
template <class Value>
draw::Panel panel(const std::vector<Compared>& networks, std::size_t at, const std::string& title,
                  const Value& value) {
  draw::Panel made{.title = title, .lines = {}, .x_label = "layer with weights"};
  for (const Compared& network : networks) {
    if (at >= network.found.looks.size()) continue;
    draw::Line line{.label = network.label, .y = {}};
    for (const LayerGradient& layer : network.found.looks[at].layers) line.y.push_back(value(layer));
    made.lines.push_back(std::move(line));
  }
  return made;
}

bool has_equal_units(const std::vector<Compared>& networks) {
  for (const Compared& network : networks) {
    for (const GradientLook& look : network.found.looks) {
      for (const LayerGradient& layer : look.layers) {
        if (layer.distinct < layer.units) return true;
      }
    }
  }
  return false;
}

void draw_looks(const std::vector<Compared>& networks, const std::string& file) {
  std::vector<std::int64_t> steps;  // of the network that came furthest
  for (const Compared& network : networks) {
    if (network.found.looks.size() <= steps.size()) continue;
    steps.clear();
    for (const GradientLook& look : network.found.looks) steps.push_back(look.step);
  }
  std::vector<draw::Panel> panels;
  const auto add_row = [&](const std::string& what, bool log, const auto& value) {
    for (std::size_t at = 0; at < steps.size(); ++at) {
      panels.push_back(panel(networks, at, fmt::format("{}, step {}", what, steps[at]), value));
      panels.back().log_y = log;
    }
  };
  add_row("gradient of the weights", true, [](const LayerGradient& l) { return l.weight_gradient; });
  add_row("deviation of the outputs", true, [](const LayerGradient& l) { return l.output_deviation; });
  if (has_equal_units(networks)) {
    add_row("different units, in %", false, [](const LayerGradient& l) {
      return 100 * static_cast<double>(l.distinct) / static_cast<double>(l.units);
    });
  }
  draw::curves(panels, {.columns = static_cast<std::int64_t>(steps.size()), .width = 460}).write(file);
}

int gradients(const Arguments& arguments) {
  watch_signals();
  const auto options = experiment::read<GradientsOptions>(arguments);
  if (!options.to.empty() && !draw::is_figure_name(options.to))
    arguments.refuse("to", "a file name that ends with .png or .svg");
  const std::vector<Compared> networks = compared(arguments, options);
  if (!options.to.empty()) draw_looks(networks, options.to);
  if (arguments.json()) {
    Json json = {{"networks", Json::array()}};
    for (const Compared& network : networks) json["networks"].push_back(to_json(network));
    if (!options.to.empty()) json["file"] = options.to;
    print_json(json);
    return 0;
  }
  for (const Compared& network : networks) print(network);
  if (!options.to.empty()) fmt::print("{}\n", options.to);
  return 0;
}

std::vector<Key> keys() {
  std::vector<Key> training = experiment::training_keys();
  std::erase_if(training, [](const Key& key) { return key.name.starts_with("run."); });
  return experiment::joined(experiment::keys_of<GradientsOptions>(), training);
}

const Registration registration_gradients(
    {"gradients",
     "outputs and gradients of each layer: where they vanish or explode",
     {"gradients model=mlp hidden=64x20 activation=sigmoid data=fashion-mnist [at=0,100] [to=norms.svg]",
      "gradients model=mlp hidden=64x20 compare=\"activation=sigmoid; activation=relu residual=true\" "
      "to=norms.svg"},
     keys,
     0,
     gradients});

}  // namespace
}  // namespace luge::cli
