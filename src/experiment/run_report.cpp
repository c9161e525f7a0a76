#include "experiment/run_report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "board/report.h"
#include "board/run_document.h"
#include "experiment/evaluation.h"
#include "experiment/fit_options.h"
#include "experiment/model_facts.h"
#include "experiment/report_options.h"
#include "io/files/atomic_file.h"
#include "io/text/json_text.h"

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

}  // namespace

void write_model_facts(const Run::State& run) {
  tried(run.tell, board::kModelFile,
        [&] { write_json(run.folder->file(board::kModelFile), model_facts(run)); });
}

RunReport::RunReport(const Run::State& run) : run_(run), wanted_(read<ReportKeys>(run.config).report) {}

train::CallbackRef RunReport::callback() {
  struct Begin final : train::Callback {
    explicit Begin(RunReport& report) : report(report) {}
    void train_begin(train::Fit&) override { report.begin(); }
    RunReport& report;
  };
  return std::make_shared<Begin>(*this);
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
    write_json(file,
               evaluation_json(judged, run_.training.recipe, raw.valid.size() > 0 ? raw.valid : raw.fit));
  });
}

void RunReport::ended(const Report& report, const train::History& history) {
  Json status = {{"status", history.interrupted ? "interrupted" : "finished"},
                 {"reason", history.stop_reason}};
  if (report.best) status["best_epoch"] = report.best->epoch.epoch + 1;
  end(std::move(status), history);
}

void RunReport::failed(const train::History& history) {
  if (!begun_) return;
  std::string why = "an error";
  try {
    throw;
  } catch (const std::exception& error) {
    why = error.what();
  } catch (...) {  // it says itself what it is
  }
  end({{"status", "failed"}, {"reason", why}}, history);
}

void RunReport::end(Json status, const train::History& history) {
  status["ended"] = now();
  add_monitor(run_.config, run_.training.parts.valid.size() > 0, history, status);
  guarded(board::kStatusFile, [&](const fs::path& file) { write_json(file, status); });
  if (wanted_)
    guarded(board::kReportFile, [&](const fs::path& file) { board::write_report(file.parent_path()); });
}

void write_running(const fs::path& folder, const Tell& tell) {
  tried(tell, board::kStatusFile, [&] { write_json(folder / board::kStatusFile, begun()); });
}

void write_report(const TrainingsReport& report, const Config& config, const Tell& tell) {
  if (!read<ReportKeys>(config).report) return;
  Json spread = Json::array();
  for (const Spread& each : report.spreads)
    spread.push_back({{"name", each.name}, {"mean", each.mean}, {"deviation", each.deviation}});
  Json status = {
      {"status", report.interrupted ? "interrupted" : "finished"}, {"reason", ""}, {"ended", now()}};
  if (!spread.empty()) status["spread"] = std::move(spread);
  if (report.ensemble) {
    status["ensemble"] = Json::object();
    for (const auto& [name, value] : report.ensemble->figures) status["ensemble"][name] = value;
  }
  tried(tell, board::kReportFile, [&] {
    write_json(report.folder / board::kStatusFile, status);
    board::write_report(report.folder);
  });
}

}  // namespace luge::experiment
