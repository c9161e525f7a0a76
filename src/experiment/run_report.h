// What a run leaves for pages: status.json, model.json, evaluation.json and report.html. What cannot be
// written is told of, once, and never ends or delays a training.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "experiment/run_pictures.h"
#include "experiment/run_state.h"
#include "luge/experiment/trainings.h"

namespace luge::experiment {

/// Writes model.json.
void write_model_facts(const Run::State& run);

class RunReport {
 public:
  explicit RunReport(const Run::State& run);

  /// Writes that the training runs when it begins: one that is refused before changes nothing.
  train::CallbackRef callback();

  /// Lets the best network answer what was held back, for a second or for 3 % of the `seconds` that the
  /// training took, whichever is longer; draws the confusion matrix of it, and writes evaluation.json.
  void look_at_best(RunPictures& pictures, double seconds);
  /// Writes how the training ended, and report.html.
  void ended(const Report& report, const train::History& history);
  /// The same after an error, while it is caught; nothing where the training had not begun.
  void failed(const train::History& history);

 private:
  void begin();
  template <class Write>
  void guarded(const char* file, Write write);
  void end(nlohmann::ordered_json status, const train::History& history);

  const Run::State& run_;
  bool wanted_, begun_ = false, told_ = false;
};

/// Writes that several trainings run.
void write_running(const std::filesystem::path& folder, const Tell& tell);
/// Writes status.json and report.html of several trainings.
void write_report(const TrainingsReport& report, const Config& config, const Tell& tell);

}  // namespace luge::experiment
