// What a run leaves for pages: status.json, model.json, evaluation.json and report.html. What cannot be
// written is told of, once, and never ends or delays a training.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "board/run_status.h"
#include "experiment/run_pictures.h"
#include "experiment/run_state.h"
#include "luge/experiment/trainings.h"

namespace luge::experiment {

/// The reason of trainings that a person stops: they go on with resume, at the end of an epoch, too.
inline constexpr const char* kStopped = "interrupted";

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
  void end(board::RunState state, const train::History& history, nlohmann::ordered_json more = {});

  const Run::State& run_;
  bool wanted_, begun_ = false, told_ = false;
};

/// Lets the network of several trainings together, which is in `folder`, answer the validation samples:
/// `parts` as it sees them, `raw` before the recipe. Writes evaluation.json.
void write_joint_evaluation(const std::filesystem::path& folder, const Parts& parts, const Parts& raw,
                            const data::Recipe& recipe, const Tell& tell);

/// The same for several trainings together.
class TrainingsPage {
 public:
  /// References `config` and `tell`.
  TrainingsPage(std::filesystem::path folder, const Config& config, const Tell& tell);

  /// A callback of each of the trainings: when the first of them begins, it writes that they run.
  train::CallbackRef callback();
  /// Writes how they ended, and report.html.
  void ended(const TrainingsReport& report);
  /// The same after an error, while it is caught; nothing where none had begun.
  void failed();

 private:
  void begin();
  void end(board::RunState state, nlohmann::ordered_json more);

  std::filesystem::path folder_;
  const Config& config_;
  const Tell& tell_;
  bool begun_ = false;
};

}  // namespace luge::experiment
