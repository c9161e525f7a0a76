#include "luge/experiment/trainings.h"

#include <fmt/format.h>

#include <algorithm>

#include "board/run_document.h"
#include "experiment/key_needs.h"
#include "experiment/keys.h"
#include "experiment/learned.h"
#include "experiment/network_entry.h"
#include "experiment/run_config.h"
#include "experiment/run_curves.h"
#include "experiment/run_pictures.h"
#include "experiment/run_report.h"
#include "experiment/runs.h"
#include "experiment/setup.h"
#include "experiment/several_parts.h"
#include "experiment/share_curve.h"
#include "experiment/share_parts.h"
#include "experiment/train_options.h"
#include "experiment/trainings_state.h"
#include "luge/error.h"
#include "luge/io/model_file.h"
#include "luge/train/callbacks.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

// Where the weights to begin with are, whatever the newest run is later.
void fix_paths(Config& config) {
  if (!config.has("model.init")) return;
  const fs::path file = model_file(config.text("model.init")).file;
  config.move("model.init", fs::absolute(file).lexically_normal().string());
}

// A fold that ends when what it holds out improves no more has chosen on it.
void warn_of_choice(const Config& config, const Tell& tell) {
  if (are_members(config) || are_shares(config) || !config.has("callbacks.early_stopping.patience")) return;
  if (config.given("data.validation_split") && config.number("data.validation_split") > 0) return;
  tell(
      "warning: early stopping looks at what each fold holds out, so that its figures are a little too good; "
      "validation_split=0.1 holds back another part for it");
}

std::shared_ptr<Trainings::State> state_of(Config config, const RunOptions& options) {
  if (!Trainings::meant_by(config)) {
    throw SettingError(
        "several trainings need data.folds=, ensemble.members= or curve.shares=; experiment::Run is one");
  }
  config.check();
  check_needs(config);
  fix_paths(config);
  Tell tell = options.tell ? options.tell : [](const std::string&) {};
  DataSet data = options.data ? *options.data : load_data(config);
  const Run first(config_of_one(config, 1), {.tell = {}, .data = data});
  if (are_members(config) && first.trainer().objectives().size() != 1) {
    throw SettingError(fmt::format("{}: networks with several losses cannot be combined; the task {} has {}",
                                   config.said(kMembers), first.trainer().task().name(),
                                   first.trainer().objectives().size()));
  }
  auto state = std::make_shared<Trainings::State>(Trainings::State{std::move(config), std::move(tell), data});
  state->first = first.description();
  warn_of_choice(state->config, state->tell);
  state->stem = io::run_stem(first.trainer().net().metadata().name, data.name);
  return state;
}

bool has_checkpoint(const fs::path& folder) { return has_config(folder) && !checkpoints_of(folder).empty(); }

// What a network that was chosen on the validation part says about what was held out.
void add_held_out(const Run& run, train::Logs& figures) {
  const data::Dataset& samples = *run.parts().held_out;
  const nn::Loaded net = io::read_model(model_file(run.folder().string()).file.string()).net;
  const train::TaskRef task = learned(net.metadata()).task;
  if (!task || samples.size() == 0) return;
  for (const auto& [name, value] : measure(net, task, samples).metrics)
    figures.emplace_back(kHeldOut + name, value);
}

OneTraining one_training(const std::string& name, const Run& run, Report report, bool finished) {
  const Parts& parts = run.parts();
  OneTraining one{name,
                  parts.fit.size(),
                  parts.held_out ? parts.held_out->size() : parts.valid.size(),
                  std::move(report),
                  {}};
  if (one.report.history.epochs.empty()) return one;
  // The epoch whose network it gives: of a member the best one, of a fold the last one, unless the best is to
  // be restored.
  const bool wanted = are_members(run.config()) || are_shares(run.config()) ||
                      (read<EarlyStoppingKeys>(run.config()).restore_best && !parts.held_out);
  const bool best = wanted && one.report.best;
  one.figures = best ? one.report.best->epoch.logs : one.report.history.epochs.back().logs;
  if (parts.held_out && finished) {
    const Scope scope(run.settings());
    add_held_out(run, one.figures);
  }
  return one;
}

// Curves of all trainings in one picture.
void draw_curves(const fs::path& folder, const std::vector<OneTraining>& trainings, const Tell& tell) {
  std::vector<RunHistory> runs;
  for (const OneTraining& one : trainings) {
    if (!one.report.history.epochs.empty()) runs.push_back({one.name, one.report.history});
  }
  if (runs.size() < 2) return;
  try {
    run_curves(runs).write((folder / kCurvesFile).string());
  } catch (const std::exception& error) {
    tell(fmt::format("warning: {} was not drawn: {}", kCurvesFile, error.what()));
  }
}

Run run_of(Trainings::State& state, std::int64_t number, const std::string& name) {
  const fs::path folder = state.folder->file(name);
  // What is to be known is told once, but a warning each time.
  const Tell tell = [&state, number](const std::string& line) {
    if (number == 1 || line.starts_with("warning: ")) state.tell(line);
  };
  const RunOptions options{.tell = tell, .data = state.data};
  if (has_checkpoint(folder)) {
    Run run = Run::resume(folder, state.changes, options);
    if (!state.accepted) write_given(state.config, *state.folder, false);
    state.accepted = true;
    return run;
  }
  Config config = config_of_one(state.config, number);
  config.set("run.dir", folder.string());
  config.set("run.exist_ok", "true");
  Run run(std::move(config), options);
  run.begin();
  return run;
}

// The picture and the table of a learning curve, as far as it has come.
void keep_curve(const Trainings::State& state, const std::vector<OneTraining>& trainings) {
  const std::vector<CurvePoint> points = curve_points(state.config, trainings);
  write_curve(state.folder->file("learning_curve.csv"), points);
  try {
    curve_figure(state.config, points).write(state.folder->file(board::kLearningCurveFile).string());
  } catch (const std::exception& error) {
    state.tell(fmt::format("warning: {} was not drawn: {}", board::kLearningCurveFile, error.what()));
  }
}

}  // namespace

bool are_members(const Config& config) { return is_given(config, kMembers); }
bool are_shares(const Config& config) { return is_given(config, kShares); }

Config config_of_one(const Config& config, std::int64_t number) {
  Config one = config;
  one.set(are_members(config) ? kMember : are_shares(config) ? kPoint : kFold, std::to_string(number));
  return one;
}

std::vector<std::string> names_of(const Config& config) {
  if (are_shares(config)) {
    std::vector<std::string> shares;
    for (const SharePoint& point : share_points(config)) shares.push_back(point.name);
    return shares;
  }
  const bool members = are_members(config);
  const std::int64_t count = config.integer(members ? kMembers : kFolds, 2);
  std::vector<std::string> names;
  for (std::int64_t k = 1; k <= count; ++k)
    names.push_back(members ? fmt::format("member-{}", k) : fmt::format("fold-{:02}", k));
  return names;
}

namespace {

TrainingsReport train_all(Trainings::State& state, const Trainings::Callbacks& callbacks,
                          const std::function<bool()>& stop, const train::CallbackRef& begins) {
  const Config& config = state.config;
  const bool members = are_members(config);
  const std::vector<std::string> all = names_of(config);
  const bool shares = are_shares(config);
  const fs::path table = state.folder->file(members ? "members.csv" : shares ? "trainings.csv" : "folds.csv");
  TrainingsReport report;
  report.folder = state.folder->path();
  for (const std::string& name : all) {
    const Run run = run_of(state, static_cast<std::int64_t>(report.trainings.size()) + 1, name);
    std::vector<train::CallbackRef> own = callbacks ? callbacks(name) : std::vector<train::CallbackRef>();
    own.push_back(begins);
    if (stop) own.push_back(train::stop_when(stop, kStopped));
    Report made = run.train(own);
    report.interrupted = stop && stop();
    report.trainings.push_back(one_training(name, run, std::move(made), !report.interrupted));
    if (report.interrupted) break;
    if (report.trainings.size() == all.size() && !shares) report.spreads = spreads_of(report.trainings);
    write_table(table, report.trainings, report.spreads);
  }
  shares ? keep_curve(state, report.trainings) : draw_curves(report.folder, report.trainings, state.tell);
  if (members && !report.interrupted) {
    std::vector<fs::path> folders;
    for (const OneTraining& one : report.trainings) folders.push_back(one.report.folder);
    Settings settings = settings_of(config, state.tell);
    const Scope scope(settings);
    report.ensemble = combine(state, folders);
  }
  return report;
}

}  // namespace

bool Trainings::meant_by(const Config& config) {
  return (is_given(config, kFolds) && !is_given(config, kFold)) ||
         (are_members(config) && !is_given(config, kMember)) ||
         (are_shares(config) && !is_given(config, kPoint));
}

bool Trainings::in(const fs::path& folder) { return has_config(folder) && meant_by(read_config(folder)); }

Trainings::Trainings(Config config, const RunOptions& options)
    : state_(state_of(std::move(config), options)) {}

Trainings Trainings::resume(const fs::path& folder, const std::vector<Config::Entry>& changes,
                            const RunOptions& options) {
  Config config = read_config(folder);
  const std::vector<Key> keys = resumable_keys();
  Config given(keys);
  for (const auto& [key, value] : changes) given.set(key, value, Source::resume);
  for (const Key& key : keys) {
    if (given.given(key.name)) config.set(given.shown(key.name), given.text(key.name), Source::resume);
  }
  io::RunDirectory locked = io::RunDirectory::open(folder);
  auto state = state_of(std::move(config), options);
  state->folder.emplace(std::move(locked));
  state->changes = changes;
  state->accepted = changes.empty();
  return Trainings(std::move(state));
}

const Config& Trainings::config() const { return state_->config; }
const DataSet& Trainings::data() const { return state_->data; }
std::vector<std::string> Trainings::names() const { return names_of(state_->config); }
fs::path Trainings::folder() const { return state_->folder ? state_->folder->path() : ""; }

std::string Trainings::description() const {
  return fmt::format("{} {}, of which this is the first:\n{}", names().size(),
                     are_members(config())  ? "members"
                     : are_shares(config()) ? "trainings"
                                            : "folds",
                     state_->first);
}

void Trainings::begin() {
  const auto folder = read<FolderOptions>(config());
  state_->folder.emplace(folder.dir ? io::RunDirectory::create_at(*folder.dir, folder.exist_ok)
                                    : io::RunDirectory::create(kRuns, state_->stem));
  keep_network(config(), *state_->folder);
  write_given(config(), *state_->folder, true);
}

TrainingsReport Trainings::train(const Callbacks& callbacks, const std::function<bool()>& stop) {
  if (!state_->folder) throw StateError("Trainings::train: there is no folder; call begin() first");
  TrainingsPage page(folder(), config(), state_->tell);
  try {
    TrainingsReport report = train_all(*state_, callbacks, stop, page.callback());
    page.ended(report);
    return report;
  } catch (...) {
    page.failed();
    throw;
  }
}

}  // namespace luge::experiment
