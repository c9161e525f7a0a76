#include "experiment/run_report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <utility>

#include "board/report.h"
#include "board/run_document.h"
#include "core/base64.h"
#include "experiment/evaluation.h"
#include "experiment/fit_options.h"
#include "experiment/model_facts.h"
#include "experiment/report_options.h"
#include "experiment/run_pictures.h"
#include "experiment/train_options.h"
#include "io/files/atomic_file.h"
#include "io/files/input_file.h"
#include "io/text/json_text.h"
#include "luge/train/watching.h"

namespace luge::experiment {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr double kShare = 0.03;  // of the time of a training, for looking at what came of it

std::string now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

void write_json(const fs::path& file, const Json& json) { io::write_file(file, io::json_text(json) + "\n"); }

// What cannot be written is told of and ends no training. True when it was written.
template <class Write>
bool tried(const Tell& tell, const char* name, Write write) {
  try {
    write();
    return true;
  } catch (const std::exception& error) {
    if (tell) tell(fmt::format("warning: {} was not written: {}", name, error.what()));
    return false;
  }
}

Json begun() { return {{"status", "running"}, {"began", now()}}; }

Json ended_status(const board::RunState& state) {
  return {{"status", board::to_string(state.status)}, {"reason", state.reason}, {"ended", now()}};
}

// What the error says that is being caught.
board::RunState failure() {
  try {
    throw;
  } catch (const std::exception& error) {
    return {board::RunStatus::failed, error.what()};
  } catch (...) {  // it says itself what it is
    return {board::RunStatus::failed, "an error"};
  }
}

train::CallbackRef at_begin(std::function<void()> act) {
  return train::callback_of({.train_begin = [act = std::move(act)](train::Fit&) { act(); }});
}

// The figure by which epochs are compared, and which values are better.
void add_monitor(const Config& config, bool validates, const train::History& history, Json& status) {
  const std::string chosen = best_figure(config, validates);
  const std::string monitor = !chosen.empty() ? chosen
                              : validates     ? train::default_monitor(history.columns)
                                              : "loss";
  if (monitor.empty()) return;
  status["monitor"] = monitor;
  const auto column = std::find_if(history.columns.begin(), history.columns.end(),
                                   [&](const train::Column& each) { return each.name == monitor; });
  status["higher"] = column != history.columns.end() && column->better == metrics::Better::higher;
}

// The picture that was drawn before the training, if there is one.
void add_first_batch(const fs::path& file, Json& json) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return;
  const io::InputFile input(file.string());
  std::string bytes(input.size(), '\0');
  input.read(0, std::as_writable_bytes(std::span(bytes)));
  json["first_batch"] = "data:image/png;base64," + base64_text(bytes);
}

}  // namespace

void write_model_facts(const Run::State& run) {
  tried(run.tell, board::kModelFile,
        [&] { write_json(run.folder->file(board::kModelFile), model_facts(run)); });
}

RunReport::RunReport(const Run::State& run) : run_(run), wanted_(read<ReportKeys>(run.config).report) {}

train::CallbackRef RunReport::callback() {
  return at_begin([this] { begin(); });
}

template <class Write>
void RunReport::guarded(const char* name, Write write) {
  if (!tried(told_ ? Tell() : run_.tell, name, [&] { write(run_.folder->file(name)); })) told_ = true;
}

void RunReport::begin() {
  begun_ = true;
  guarded(board::kStatusFile, [&](const fs::path& file) { write_json(file, begun()); });
}

void RunReport::look_at_best(RunPictures& pictures, double seconds) {
  guarded(board::kEvaluationFile, [&](const fs::path& file) {
    const Parts& raw = run_.training.raw;
    Judged judged = judge(file.parent_path(), run_.training.parts, raw, std::max(1.0, kShare * seconds));
    pictures.draw_confusion(judged);
    if (!wanted_) return;
    Json evaluation =
        evaluation_json(judged, run_.training.recipe, raw.valid.size() > 0 ? raw.valid : raw.fit);
    add_first_batch(file.parent_path() / kFirstBatchFile, evaluation);
    write_json(file, evaluation);
  });
}

void RunReport::ended(const Report& report, const train::History& history) {
  Json more = Json::object();
  if (report.best) more["best_epoch"] = report.best->epoch.epoch + 1;
  const auto planned = read<LengthOptions>(run_.config).epochs;
  const bool left = run_.stages || !planned || static_cast<std::int64_t>(history.epochs.size()) < *planned;
  const bool stopped = history.interrupted || (history.stop_reason == kStopped && left);
  end({stopped ? board::RunStatus::interrupted : board::RunStatus::finished, history.stop_reason}, history,
      std::move(more));
}

void RunReport::failed(const train::History& history) {
  if (begun_) end(failure(), history);
}

void RunReport::end(board::RunState state, const train::History& history, Json more) {
  Json status = ended_status(state);
  if (more.is_object()) status.update(more);
  add_monitor(run_.config, run_.training.parts.valid.size() > 0, history, status);
  guarded(board::kStatusFile, [&](const fs::path& file) { write_json(file, status); });
  if (!wanted_) return;
  guarded(board::kReportFile,
          [&](const fs::path& file) { board::write_report(file.parent_path(), {}, state); });
}

void write_joint_evaluation(const fs::path& folder, const Parts& parts, const Parts& raw,
                            const data::Recipe& recipe, const Tell& tell) {
  constexpr double kSeconds = 2;
  tried(tell, board::kEvaluationFile, [&] {
    Judged judged = judge(folder, parts, raw, kSeconds);
    write_json(folder / board::kEvaluationFile, evaluation_json(judged, recipe, raw.valid));
  });
}

TrainingsPage::TrainingsPage(fs::path folder, const Config& config, const Tell& tell)
    : folder_(std::move(folder)), config_(config), tell_(tell) {}

train::CallbackRef TrainingsPage::callback() {
  return at_begin([this] { begin(); });
}

void TrainingsPage::begin() {
  if (std::exchange(begun_, true)) return;
  tried(tell_, board::kStatusFile, [&] { write_json(folder_ / board::kStatusFile, begun()); });
}

void TrainingsPage::ended(const TrainingsReport& report) {
  Json more = Json::object(), spread = Json::array();
  for (const Spread& each : report.spreads)
    spread.push_back({{"name", each.name}, {"mean", each.mean}, {"deviation", each.deviation}});
  if (!spread.empty()) more["spread"] = std::move(spread);
  if (report.ensemble) {
    more["ensemble"] = Json::object();
    for (const auto& [name, value] : report.ensemble->figures) more["ensemble"][name] = value;
  }
  if (report.interrupted) return end({board::RunStatus::interrupted, kStopped}, std::move(more));
  end({board::RunStatus::finished}, std::move(more));
}

void TrainingsPage::failed() {
  if (begun_) end(failure(), Json::object());
}

void TrainingsPage::end(board::RunState state, Json more) {
  Json status = ended_status(state);
  status.update(more);
  tried(tell_, board::kStatusFile, [&] { write_json(folder_ / board::kStatusFile, status); });
  if (!read<ReportKeys>(config_).report) return;
  tried(tell_, board::kReportFile, [&] { board::write_report(folder_, {}, state); });
}

}  // namespace luge::experiment
