// What came of a cross-validation or of the members of an ensemble.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/training.h"
#include "experiment/share_curve.h"
#include "experiment/trainings_state.h"
#include "luge/train/callbacks.h"

namespace luge::cli {
namespace {

using experiment::CurvePoint;
using experiment::OneTraining;
using experiment::Spread;
using experiment::TrainingsReport;
using Json = nlohmann::ordered_json;

bool are_shares(const experiment::Trainings& trainings) { return experiment::are_shares(trainings.config()); }

const char* what_they_are(const experiment::Trainings& trainings) {
  if (are_shares(trainings)) return "trainings";
  return experiment::are_members(trainings.config()) ? "members" : "folds";
}

double seconds_of(const TrainingsReport& report) {
  double seconds = 0;
  for (const OneTraining& one : report.trainings) seconds += one.report.history.seconds;
  return seconds;
}

std::int64_t new_steps_of(const TrainingsReport& report) {
  std::int64_t steps = 0;
  for (const OneTraining& one : report.trainings) steps += one.report.new_steps;
  return steps;
}

Json curve_json(const experiment::Trainings& trainings, const TrainingsReport& report) {
  Json curve = Json::array();
  for (const CurvePoint& point : experiment::curve_points(trainings.config(), report.trainings)) {
    Json mean = Json::object(), deviation = Json::object();
    for (const Spread& spread : point.spreads) {
      mean[spread.name] = spread.mean;
      deviation[spread.name] = spread.deviation;
    }
    curve.push_back({{"begins", point.scratch ? "scratch" : "given"},
                     {"share", point.share},
                     {"samples", point.samples},
                     {"trainings", point.trainings.size()},
                     {"mean", std::move(mean)},
                     {"deviation", std::move(deviation)}});
  }
  return curve;
}

void report_json(const experiment::Trainings& trainings, const TrainingsReport& report) {
  Json all = Json::array(), mean = Json::object(), deviation = Json::object();
  for (const OneTraining& one : report.trainings) {
    Json json = {{"name", one.name},
                 {"run", one.report.folder.string()},
                 {"samples", one.samples},
                 {"held_out", one.held_out},
                 {"epochs", one.report.history.epochs.size()},
                 {"steps", one.report.history.steps},
                 {"metrics", logs_json(one.figures)}};
    if (one.report.best) json["best"] = {{"epoch", one.report.best->epoch.epoch + 1}};
    all.push_back(std::move(json));
  }
  for (const Spread& spread : report.spreads) {
    mean[spread.name] = spread.mean;
    deviation[spread.name] = spread.deviation;
  }
  Json json = {{"run", report.folder.string()}, {what_they_are(trainings), std::move(all)}};
  if (are_shares(trainings)) json["curve"] = curve_json(trainings, report);
  if (!report.spreads.empty()) {
    json["mean"] = std::move(mean);
    json["deviation"] = std::move(deviation);
  }
  if (report.ensemble) {
    json["model"] = report.ensemble->model.string();
    json["ensemble"] = logs_json(report.ensemble->figures);
    if (!report.ensemble->out_of_bag.empty()) {
      json["out_of_bag"] = logs_json(report.ensemble->out_of_bag);
      json["out_of_bag"]["samples"] = report.ensemble->out_of_bag_samples;
    }
  }
  json["new_steps"] = new_steps_of(report);
  json["seconds"] = seconds_of(report);
  if (report.interrupted) json["stopped"] = "interrupted";
  print_json(json);
}

// Columns as wide as their names.
std::string cells(const train::Logs& figures, const train::Logs& columns) {
  std::string text;
  for (const auto& [name, first] : columns) {
    const auto own = std::ranges::find(figures, name, [](const auto& each) { return each.first; });
    text += fmt::format("  {:>{}}", own == figures.end() ? "" : fmt::format("{:.4f}", own->second),
                        std::max<std::size_t>(8, name.size()));
  }
  return text;
}

void print_rows(const TrainingsReport& report) {
  const train::Logs& columns = report.trainings.front().figures;
  std::string head;
  for (const auto& [name, first] : columns) head += fmt::format("  {:>8}", name);
  fmt::print("{:<10}{:>9}{:>10}{:>8}{}\n", "", "samples", "held out", "epochs", head);
  for (const OneTraining& one : report.trainings) {
    fmt::print("{:<10}{:>9}{:>10}{:>8}{}\n", one.name, one.samples, one.held_out,
               one.report.history.epochs.size(), cells(one.figures, columns));
  }
  train::Logs mean, deviation;
  for (const Spread& spread : report.spreads) {
    mean.emplace_back(spread.name, spread.mean);
    deviation.emplace_back(spread.name, spread.deviation);
  }
  if (mean.empty()) return;
  fmt::print("{:<37}{}\n{:<37}{}\n", "mean", cells(mean, columns), "deviation", cells(deviation, columns));
}

// A row for each share, with mean and deviation of the figures.
void print_curve(const experiment::Trainings& trainings, const TrainingsReport& report) {
  const std::vector<CurvePoint> points = experiment::curve_points(trainings.config(), report.trainings);
  const std::vector<std::string> figures = experiment::curve_figures(points);
  const bool compared = std::ranges::any_of(points, &CurvePoint::scratch);
  std::string head = fmt::format("{:>8}{:>9}{:>11}", "share", "samples", "trainings");
  for (const std::string& name : figures)
    head += fmt::format("  {:>{}}", name, std::max<std::size_t>(15, name.size()));
  fmt::print("{}{}\n", head, compared ? "  begins with" : "");
  for (const CurvePoint& point : points) {
    std::string row = fmt::format("{:>8}{:>9}{:>11}", point.share, point.samples, point.trainings.size());
    for (const std::string& name : figures) {
      const auto found = std::ranges::find(point.spreads, name, &Spread::name);
      std::string text = found == point.spreads.end() ? "" : fmt::format("{:.4f}", found->mean);
      if (!text.empty() && point.trainings.size() > 1) text += fmt::format(" ± {:.4f}", found->deviation);
      row += fmt::format("  {:>{}}", text, std::max<std::size_t>(15, name.size()));
    }
    fmt::print("{}{}\n", row, !compared ? "" : point.scratch ? "  new weights" : "  weights of init=");
  }
}

std::string figures_text(const train::Logs& figures) {
  std::string text;
  for (const auto& [name, value] : figures) text += fmt::format("  {} {:.4f}", name, value);
  return text;
}

void print_table(const experiment::Trainings& trainings, const TrainingsReport& report) {
  fmt::print("run       {}\n", report.folder.string());
  if (are_shares(trainings)) {
    print_curve(trainings, report);
  } else if (!report.trainings.empty()) {
    print_rows(report);
  }
  if (report.ensemble) {
    fmt::print("ensemble{}\n", report.ensemble->figures.empty()
                                   ? "    (no validation samples)"
                                   : figures_text(report.ensemble->figures) + "  (validation samples)");
    if (!report.ensemble->out_of_bag.empty()) {
      fmt::print("out of bag{}  ({} samples, each by the members that were trained without it)\n",
                 figures_text(report.ensemble->out_of_bag), report.ensemble->out_of_bag_samples);
    }
  }
  fmt::print("time      {:.1f}s for {} steps\nNext:\n", seconds_of(report), new_steps_of(report));
  const std::string shown = shell_word(report.folder.string());
  if (report.interrupted) {
    fmt::print("  {} resume run={}\n", program(), shown);
  } else if (report.ensemble) {
    fmt::print("  {} eval run={}\n", program(), shown);
    print_predict(trainings.data(), trainings.config().text("data.name"), "run=" + shown);
  } else {
    fmt::print("  {} eval run={}/{}\n", program(), shown, report.trainings.front().name);
  }
}

}  // namespace

int train_and_report(const Arguments& arguments, experiment::Trainings& trainings) {
  const std::vector<std::string> names = trainings.names();
  const auto callbacks = [&](const std::string& name) -> std::vector<train::CallbackRef> {
    const auto number = std::ranges::find(names, name) - names.begin() + 1;
    return progress_of(trainings.config(), fmt::format("{} ({} of {})", name, number, names.size()));
  };
  const TrainingsReport report = trainings.train(callbacks, [] { return signal_received() != 0; });
  arguments.json() ? report_json(trainings, report) : print_table(trainings, report);
  if (const int signal = signal_received()) {
    tell_aside("luge: {}; `{} resume run={}` goes on with {}\n", signal_text(signal), program(),
               shell_word(report.folder.string()),
               names[std::min(report.trainings.size(), names.size()) - 1]);
    throw Stopped{signal, true};
  }
  return 0;
}

}  // namespace luge::cli
