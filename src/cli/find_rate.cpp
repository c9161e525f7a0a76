// luge find-rate: the loss while the learning rate rises, and a rate to train with.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/training.h"
#include "experiment/keys.h"
#include "experiment/option_keys.h"
#include "io/files/atomic_file.h"
#include "luge/draw/curves.h"
#include "luge/experiment/run.h"

namespace luge::cli {
namespace {

struct FinderKeys {
  static constexpr const char* table = "finder";
  double from = 1e-7, to = 10;
  std::int64_t steps = 100;
  double smoothing = 0.9;
  std::string curve;
  std::string stage;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("from", self.from, "the first rate", above(0), elsewhere({"start_lr", "min_lr"}));
    field("to", self.to, "the last rate", above(0), elsewhere({"end_lr", "max_lr"}));
    field("steps", self.steps, "rates that are tried", at_least(2), elsewhere({"num_it", "num_training"}));
    field("smoothing", self.smoothing, "share of the smoothed loss that stays at a step",
          at_least(0).below(1));
    field("stage", self.stage,
          "the stage whose rate is sought, where there are stages (default: the first); it "
          "begins with the initial weights, or those of init=");
    field("curve", self.curve, "file for the curve: .csv, .png or .svg", also({"to"}));
  }
};

std::vector<experiment::Key> keys() {
  return experiment::joined(experiment::keys_of<FinderKeys>(), experiment::training_keys());
}

constexpr std::size_t kRows = 12;  // of the table

std::string table_of(const train::RateCurve& curve) {
  const std::size_t step = std::max<std::size_t>(1, curve.trials.size() / kRows);
  std::string text = fmt::format("{:>12}{:>12}{:>12}\n", "rate", "loss", "smoothed");
  for (std::size_t k = 0; k < curve.trials.size(); k += step) {
    const train::RateTrial& each = curve.trials[k];
    text += fmt::format("{:>12.3g}{:>12.4g}{:>12.4g}\n", each.rate, each.loss, each.smoothed);
  }
  return text;
}

bool is_table_name(const std::string& file) { return file.ends_with(".csv"); }

void write_curve(const train::RateCurve& curve, const std::string& file) {
  if (is_table_name(file)) {
    std::string text = "rate,loss,smoothed\n";
    for (const train::RateTrial& each : curve.trials)
      text += fmt::format("{},{},{}\n", each.rate, each.loss, each.smoothed);
    io::write_file(file, text);
    return;
  }
  draw::Line loss{.label = "loss", .y = {}}, smoothed{.label = "smoothed", .y = {}};
  for (const train::RateTrial& each : curve.trials) {
    for (draw::Line* line : {&loss, &smoothed}) line->x.push_back(each.rate);
    loss.y.push_back(each.loss);
    smoothed.y.push_back(each.smoothed);
  }
  draw::Panel panel{
      .title = "loss by learning rate", .lines = {loss, smoothed}, .x_label = "learning rate", .log_x = true};
  if (curve.suggestion) panel.marks = {{*curve.suggestion, fmt::format("{:.2g}", *curve.suggestion)}};
  draw::curves({panel}, {.width = 640, .height = 400}).write(file);
}

// The number of the stage that is meant.
std::size_t stage_of(const Arguments& arguments, const experiment::Config& config, const std::string& name) {
  const std::vector<experiment::Config>& stages = config.stages();
  if (name.empty()) return 0;
  std::vector<std::string> names;
  for (const experiment::Config& stage : stages) names.push_back(stage.text("name"));
  const auto found = std::ranges::find(names, name);
  if (found == names.end())
    arguments.refuse("finder.stage", names.empty() ? "a training with [[stage]] tables with it"
                                                   : fmt::format("one of {}", fmt::join(names, ", ")));
  return static_cast<std::size_t>(found - names.begin());
}

void print(const train::RateCurve& curve, double from) {
  fmt::print("{}", table_of(curve));
  if (curve.diverged)
    fmt::print("the loss diverged beyond a rate of {:.3g}\n",
               curve.trials.empty() ? from : curve.trials.back().rate);
  if (curve.suggestion) {
    fmt::print("the loss fell fastest at lr={:.2g}\n", *curve.suggestion);
  } else {
    fmt::print("the loss never fell: try other rates with finder.from and finder.to\n");
  }
}

int find_rate(const Arguments& arguments) {
  const auto options = experiment::read<FinderKeys>(arguments);
  if (!options.curve.empty() && !is_table_name(options.curve) && !draw::is_figure_name(options.curve))
    arguments.refuse("finder.curve", "a file name that ends with .csv, .png or .svg");
  if (options.to <= options.from) arguments.refuse("finder.to", "a rate above finder.from");
  const experiment::Run run(arguments.only(experiment::training_keys()), {.tell = tell_person()});
  const std::size_t stage = stage_of(arguments, run.config(), options.stage);
  train::RateCurve curve;
  run.look_at_stage(stage, [&](train::Trainer& trainer, const data::Batches& batches) {
    curve = trainer.find_rate(
        batches,
        {.from = options.from, .to = options.to, .steps = options.steps, .smoothing = options.smoothing});
  });
  const std::vector<experiment::Config>& stages = run.config().stages();
  if (arguments.json()) {
    nlohmann::ordered_json json = {{"suggestion", nullptr}, {"diverged", curve.diverged}};
    if (curve.suggestion) json["suggestion"] = *curve.suggestion;
    if (!stages.empty()) json["stage"] = stages[stage].text("name");
    if (!options.curve.empty()) json["file"] = options.curve;
    json["trials"] = nlohmann::ordered_json::array();
    for (const train::RateTrial& each : curve.trials)
      json["trials"].push_back({{"rate", each.rate}, {"loss", each.loss}, {"smoothed", each.smoothed}});
    print_json(json);
  } else {
    if (!stages.empty()) fmt::print("stage {}\n", stages[stage].text("name"));
    print(curve, options.from);
  }
  if (!options.curve.empty()) write_curve(curve, options.curve);  // last: what was found is told in any case
  return 0;
}

const Registration registration_find_rate(
    {"find-rate",
     "tries rising learning rates and suggests one",
     {"find-rate model=lenet5 data=fashion-mnist [finder.from=1e-7 finder.to=10 "
      "finder.steps=100 to=curve.png ...]"},
     keys,
     0,
     find_rate});

}  // namespace
}  // namespace luge::cli
