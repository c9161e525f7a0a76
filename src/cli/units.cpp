// luge units: which units of a trained network react to none of the samples.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_path.h"
#include "cli/output.h"
#include "cli/training.h"
#include "experiment/option_keys.h"
#include "experiment/run_config.h"
#include "experiment/runs.h"
#include "experiment/unit_activity.h"
#include "luge/draw/curves.h"
#include "luge/experiment/run.h"

namespace luge::cli {
namespace {

using experiment::UnitActivity;
using Json = nlohmann::ordered_json;

struct UnitsOptions {
  static constexpr const char* table = "";
  std::string run, checkpoint = "best", split = "valid", dir = experiment::kRuns, to;
  static void fields(auto& self, auto&& field) {
    field("run", self.run, "folder of a run of luge train; last is the newest", options::required);
    field("checkpoint", self.checkpoint, "which one of the run", options::one_of({"best", "last"}));
    field("split", self.split, "the part of its data", options::one_of({"train", "valid"}));
    field("dir", self.dir, "folder in which runs are looked for by their names");
    field("to", self.to, "a picture, .png or .svg");
  }
};

double percent(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? 100 * static_cast<double>(part) / static_cast<double>(whole) : 0;
}

void draw_units(const std::vector<UnitActivity>& layers, const std::string& file) {
  draw::Line dead{.label = "units that never react", .y = {}}, flat{.label = "outputs with slope 0", .y = {}},
      zeros{.label = "outputs that are 0", .y = {}};
  for (const UnitActivity& layer : layers) {
    dead.y.push_back(percent(layer.dead, layer.units));
    flat.y.push_back(100 * layer.flat);
    zeros.y.push_back(100 * layer.zeros);
  }
  draw::curves({{.title = "units of the activations, in %",
                 .lines = {dead, flat, zeros},
                 .x_label = "activation, in order"}},
               {.width = 560, .height = 360})
      .write(file);
}

Json to_json(const std::vector<UnitActivity>& layers) {
  Json rows = Json::array();
  for (const UnitActivity& layer : layers) {
    rows.push_back({{"path", layer.path},
                    {"type", layer.type},
                    {"units", layer.units},
                    {"dead", layer.dead},
                    {"always_zero", layer.always_zero},
                    {"zeros", layer.zeros},
                    {"flat", layer.flat}});
  }
  return rows;
}

void print(const std::vector<UnitActivity>& layers) {
  std::size_t width = 10;
  for (const UnitActivity& layer : layers) width = std::max(width, layer.path.size());
  fmt::print("{:<{}}  {:<12}  {:>7}  {:>12}  {:>11}  {:>9}  {:>9}\n", "activation", width, "type", "units",
             "never react", "always 0", "zeros", "slope 0");
  for (const UnitActivity& layer : layers) {
    fmt::print("{:<{}}  {:<12}  {:>7}  {:>12}  {:>11}  {:>8.1f}%  {:>8.1f}%\n", layer.path, width, layer.type,
               layer.units, layer.dead, layer.always_zero, 100 * layer.zeros, 100 * layer.flat);
  }
}

int units(const Arguments& arguments) {
  watch_signals();
  const auto options = experiment::read<UnitsOptions>(arguments);
  if (!options.to.empty() && !draw::is_figure_name(options.to))
    arguments.refuse("to", "a file name that ends with .png or .svg");
  const experiment::ModelPath path =
      experiment::model_file(options.run, options.checkpoint, arguments.given("checkpoint"), options.dir);
  check_one_network(arguments, path.run);
  // A model file alone is a graph of ops, without layers.
  const experiment::Run run(experiment::read_config(path.run), {.tell = tell_person()});
  const experiment::Scope scope(run.settings());
  run.restore(path.file);
  const bool valid = options.split == "valid";
  const data::Dataset& samples = valid ? run.parts().valid : run.parts().fit;
  if (samples.size() == 0)
    throw experiment::SettingError(
        fmt::format("{}: the run held back no samples; split=train", arguments.said("split")));
  const std::vector<UnitActivity> layers =
      experiment::unit_activity(run.trainer().net(), samples, stop_if_asked);
  if (!options.to.empty() && !layers.empty()) draw_units(layers, options.to);
  if (arguments.json()) {
    Json json = {{"model", path.file.string()}, {"split", options.split}, {"samples", samples.size()}};
    json["activations"] = to_json(layers);
    print_json(json);
    return 0;
  }
  fmt::print("{}: {} samples of the part {}\n", path.file.string(), samples.size(), options.split);
  if (layers.empty()) {
    fmt::print("the network has no activations of its own layers\n");
    return 0;
  }
  print(layers);
  return 0;
}

const Registration registration_units({"units",
                                       "units of a trained network that react to no sample, by activation",
                                       {"units run=last [split=valid] [to=units.png]"},
                                       experiment::keys_of<UnitsOptions>,
                                       0,
                                       units});

}  // namespace
}  // namespace luge::cli
