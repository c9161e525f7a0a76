#include "luge/experiment/run.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiment/aids.h"
#include "experiment/check_choices.h"
#include "experiment/class_weights.h"
#include "experiment/data_sets.h"
#include "experiment/fit_options.h"
#include "experiment/init_weights.h"
#include "experiment/key_needs.h"
#include "experiment/model_choice.h"
#include "experiment/model_facts.h"
#include "experiment/network_entry.h"
#include "experiment/nonfinite_options.h"
#include "experiment/optimizer_choice.h"
#include "experiment/planned_step.h"
#include "experiment/profile.h"
#include "experiment/report.h"
#include "experiment/run_config.h"
#include "experiment/run_pictures.h"
#include "experiment/run_report.h"
#include "experiment/run_state.h"
#include "experiment/runs.h"
#include "experiment/same_settings.h"
#include "experiment/setup.h"
#include "experiment/several_options.h"
#include "experiment/several_parts.h"
#include "experiment/share_parts.h"
#include "experiment/stages.h"
#include "experiment/task.h"
#include "experiment/train_options.h"
#include "experiment/unit_activity.h"
#include "experiment/watching.h"
#include "experiment/whitened_layer.h"
#include "io/files/atomic_file.h"
#include "luge/data/table.h"
#include "luge/error.h"
#include "luge/nn/summary.h"

namespace luge::experiment {
namespace {

io::RunDirectory make_folder(const Config& config, const std::string& network) {
  const auto folder = read<FolderOptions>(config);
  if (folder.dir) return io::RunDirectory::create_at(*folder.dir, folder.exist_ok);
  return io::RunDirectory::create(kRuns, io::run_stem(network, config.text("data.name")));
}

std::string network_name(const Run::State& run) { return run.trainer.net().metadata().name; }

std::string plan_text(const Run::State& run) {
  const data::Schema& fields = run.training.parts.fit.info().fields;
  const bool ragged =
      std::any_of(fields.begin(), fields.end(), [](const auto& field) { return !field.second.fixed(); });
  if (ragged) return "";  // a step takes what its batch holds
  const std::int64_t rows =
      std::min<std::int64_t>(run.training.batches.batch_size(), run.training.parts.fit.size());
  const PlanInfo plan = run.trainer.plan(empty_batch(run.training.parts.fit.info(), rows));
  const double mib = 1024.0 * 1024.0;
  return fmt::format(
      "memory of a step with batch {}: {:.1f} MiB ({:.1f} MiB arena, {:.1f} MiB weights and optimizer)\n",
      rows, static_cast<double>(plan.arena_bytes + plan.state_bytes + plan.input_bytes) / mib,
      static_cast<double>(plan.arena_bytes) / mib, static_cast<double>(plan.state_bytes) / mib);
}

// A limit that leaves out nothing. Texts are cut into more samples than they have records.
void tell_limit(const Config& config, std::int64_t records, std::int64_t samples, const Tell& tell) {
  const std::int64_t all = std::max(records, samples);
  if (read<LimitOptions>(config).limit.value_or(0) <= all) return;
  tell(fmt::format("{}: there are {} samples, all of them are used", config.said("data.limit"), all));
}

}  // namespace

std::shared_ptr<Run::State> make_state(Config config, const RunOptions& options, const Settle& settle) {
  const Tell tell = options.tell ? options.tell : [](const std::string&) {};
  config.check();
  const models::Entry entry = model_entry(config);
  if (options.data) config.set_default("data.name", options.data->name);
  settle_parts(config);
  take_defaults(config, entry);
  check_choices(config);
  check_needs(config);
  check_aids(config);
  DataSet data = options.data ? *options.data : load_data_for(config, entry);
  for (const std::string& note : data.notes) tell(fmt::format("{}: {}", data.name, note));
  const Parts parts = options.parts ? *options.parts : training_parts(config, data);
  settle_class_weights(config, parts, tell);
  settle_task(config, entry, data, tell);
  const train::TaskRef task = make_task(config, data.complete);
  TrainingData training = make_training_data(config, entry, *task, data, parts);
  check_class_weights(config, *task, training.parts.fit.info());
  tell_limit(config, data.train.size(), training.parts.fit.size(), tell);
  for (const std::string& column : data::table_columns(training.recipe))
    tell(fmt::format("{}: column {}", data.name, column));
  settle(config, training.batches);
  Settings settings = settings_of(config, tell);
  const Learning learning{training.recipe, training.units, schedule_updates(config, training.batches),
                          static_cast<std::int64_t>(training.parts.fit.size())};
  Made made = make_trainer(config, entry, task, training.parts.fit.info(), learning, settings);
  train::Trainer& trainer = made.trainer;
  if (takes_init(config) || !config.has("model.init")) freeze_parameters(config, *made.net, tell);
  check_settings(config, trainer, training.parts.valid);
  check_watching(config, training);
  std::optional<train::Stages> stages;
  if (!config.stages().empty()) stages = make_stages(config, made.net, task, training);
  return std::make_shared<Run::State>(Run::State{std::move(config), tell, std::move(data),
                                                 std::move(training), std::move(trainer), settings,
                                                 std::move(stages)});
}

Run::Run(Config config, const RunOptions& options)
    : state_(make_state(std::move(config), options, settle_schedule)) {
  const Scope scope(state_->settings);
  if (takes_init(state_->config)) {
    take_weights(state_->config, state_->trainer, state_->tell);
  } else {
    const TrainingData& training = state_->training;
    whiten_layer(state_->config, state_->trainer, training.recipe.evaluation(training.raw.fit), state_->tell);
  }
}

const Config& Run::config() const { return state_->config; }
const DataSet& Run::data() const { return state_->data; }
const Parts& Run::parts() const { return state_->training.parts; }
const data::Batches& Run::batches() const { return state_->training.batches; }
train::Position Run::position() const {
  return state_->stages ? state_->stages->position() : state_->trainer.position();
}

train::Trainer Run::trainer() const {
  const std::optional<train::Stages>& stages = state_->stages;
  return stages && stages->begun() ? stages->trainer() : state_->trainer;
}
Settings& Run::settings() const { return state_->settings; }
std::filesystem::path Run::folder() const { return state_->folder ? state_->folder->path() : ""; }
std::filesystem::path Run::resumed_from() const { return state_->resumed_from; }

std::string Run::description() const {
  const Scope scope(state_->settings);
  const data::Dataset &fit = parts().fit, &valid = parts().valid;
  return fmt::format(
      "{} on {}: {} training samples, {}\n{}{}", network_name(*state_), data().name, fit.size(),
      valid.size() > 0 ? fmt::format("{} validation samples", valid.size()) : "no validation samples",
      summary_for(trainer().net(), fit.info()).to_string(), plan_text(*state_));
}

void Run::begin() {
  const std::string text = description();
  const Scope scope(state_->settings);  // the threads are among what config.toml tells
  state_->folder.emplace(make_folder(config(), network_name(*state_)));
  keep_network(config(), *state_->folder);
  write_config(config(), *state_->folder, true);
  try {
    io::write_file(state_->folder->file("model.txt"), text);
  } catch (const FileError& error) {  // of use to people alone
    state_->tell(fmt::format("warning: {}", error.what()));
  }
  write_model_facts(*state_);
}

void Run::restore(const std::filesystem::path& checkpoint) const {
  const Scope scope(state_->settings);
  state_->restore(checkpoint);
}

void Run::save(const std::filesystem::path& checkpoint) const {
  const Scope scope(state_->settings);
  state_->stages ? state_->stages->save(checkpoint.string()) : state_->trainer.save(checkpoint.string());
}

namespace {

train::History fit_with(const Run::State& run,
                        const std::function<std::vector<train::CallbackRef>()>& given) {
  const auto callbacks = [&] {
    std::vector<train::CallbackRef> all = given();
    if (auto aid = aid_callback(run.config, run.tell)) all.push_back(std::move(aid));
    return all;
  };
  const train::FitOptions options = fit_options(run.config, run.training.parts.valid, callbacks());
  if (!run.stages) {
    train::Trainer trainer = run.trainer;
    return trainer.fit(run.training.batches, options);
  }
  train::Stages stages = *run.stages;
  return stages.fit({.callbacks = callbacks, .accept_changed_data = options.accept_changed_data});
}

}  // namespace

train::History Run::fit(const std::vector<train::CallbackRef>& callbacks) const {
  const Scope scope(state_->settings);
  return fit_with(*state_, [&] {
    std::vector<train::CallbackRef> all = callbacks;
    all.push_back(nonfinite_callback(config(), "", state_->tell));
    return all;
  });
}

void Run::look_at_stage(std::size_t stage,
                        const std::function<void(train::Trainer&, const data::Batches&)>& look) const {
  const Scope scope(state_->settings);
  if (state_->stages) {
    state_->stages->look_at(
        stage, [&](train::Trainer& trainer, const train::StageData& data) { look(trainer, data.training); });
    return;
  }
  if (stage != 0) throw ValueError(fmt::format("Run: there is no stage {}; the training has none", stage));
  train::Trainer trainer = state_->trainer;
  look(trainer, batches());
}

Report Run::train(const std::vector<train::CallbackRef>& callbacks) const {
  if (!state_->folder)
    throw StateError("Run::train: there is no folder for checkpoints; call begin() first, or fit()");
  const Scope scope(state_->settings);
  const train::CheckpointOptions options =
      checkpoint_options(config(), parts().valid.size() > 0, state_->tell);
  const std::int64_t before = position().total_steps;
  profile_run(*this, state_->tell);
  RunPictures pictures(folder(), state_->tell);
  if (before == 0) pictures.draw_first_batch(state_->training.batches);
  RunReport page(*state_);
  const Watching watching(config(), state_->training, folder(), state_->tell);
  Report report{folder(), {}};
  try {
    report.history = fit_with(*state_, [&] {
      std::vector<train::CallbackRef> all = callbacks;
      if (state_->accepted) all.insert(all.begin(), state_->accepted);
      all.push_back(same_settings(config(), folder()));
      all.push_back(nonfinite_callback(config(), folder(), state_->tell));
      for (train::CallbackRef& each : watching.callbacks()) all.push_back(std::move(each));
      all.push_back(train::checkpoint(folder(), options));
      all.push_back(pictures.callback());
      all.push_back(page.callback());
      return all;
    });
  } catch (...) {
    pictures.draw_curves(trainer().history());
    page.failed(trainer().history());
    throw;
  }
  report.new_steps = report.history.steps - before;
  if (report.new_steps > 0 && !report.history.interrupted) {
    page.look_at_best(pictures, report.history.seconds);
    warn_of_dead_layers(trainer().net(), parts().valid, state_->tell);
    pictures.draw_fit(state_->training.raw);
  }
  report.best = best_of(config(), report.history, folder(), state_->tell);
  page.ended(report, report.history);
  return report;
}

}  // namespace luge::experiment
