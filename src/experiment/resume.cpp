// A training that goes on, bit for bit, where the newest good checkpoint of a run is.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "experiment/keys.h"
#include "experiment/model_choice.h"
#include "experiment/optimizer_choice.h"
#include "experiment/run_config.h"
#include "experiment/run_state.h"
#include "experiment/runs.h"
#include "experiment/train_options.h"
#include "io/run/run_files.h"
#include "luge/error.h"
#include "luge/io/safetensors.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

constexpr const char* kResumable[] = {"train.epochs",
                                      "train.threads",
                                      "data.name",
                                      "data.workers",
                                      "data.accept_changed_data",
                                      "schedule.steps",
                                      "callbacks.early_stopping.patience",
                                      "callbacks.stop_at.value",
                                      "callbacks.tensorboard",
                                      "callbacks.histograms",
                                      "callbacks.log_steps",
                                      "callbacks.predictions",
                                      "callbacks.timing",
                                      "run.verbose"};

Config given_changes(const std::vector<Config::Entry>& changes) {
  Config given(resumable_keys());
  for (const auto& [key, value] : changes) given.set(key, value, Source::resume);
  given.check();
  return given;
}

// The configuration of the run, and what is changed of it.
Config changed_config(const fs::path& folder, const Config& given) {
  Config config = read_config(folder, given.given("data.name") ? given.text("data.name") : "");
  for (const Key& key : given.keys()) {
    if (key.name != "data.name" && given.given(key.name))
      config.set(given.shown(key.name), given.text(key.name), Source::resume);
  }
  return config;
}

struct Restored {
  fs::path from;
  std::vector<fs::path> damaged;  // newer ones that cannot be read
};

Restored restore_newest(Run::State& state, const fs::path& run, const Tell& tell) {
  std::vector<std::string> problems;
  Restored restored;
  for (const fs::path& path : checkpoints_of(run)) {
    try {
      io::SafetensorsFile(path.string()).verify();
    } catch (const Error& error) {
      tell(fmt::format("warning: {}; the file stays, an older checkpoint is tried", error.what()));
      problems.emplace_back(error.what());
      restored.damaged.push_back(path);
      continue;
    }
    state.restore(path);
    restored.from = path;
    return restored;
  }
  const std::string begin =
      fmt::format("`luge train config={}` begins again", (run / io::kConfigFile).string());
  if (problems.empty())
    throw FileError(fmt::format("{}: has no checkpoint to go on from; {}", run.string(), begin));
  throw FileError(
      fmt::format("{}: no checkpoint can be resumed: {}; the files stay as they are; copy one of them "
                  "back from elsewhere, or {}",
                  run.string(), fmt::join(problems, "; "), begin));
}

// Epochs given again do not stretch the schedule: the steps already done were made with the old one.
void keep_schedule(Config& config, Config before, const data::Batches& batches, const Tell& tell) {
  if (!has_schedule(config)) return;
  take_defaults(before, model_entry(before));
  settle_schedule(before, batches);
  config.replace("schedule.steps", before.text("schedule.steps"));
  if (read<LengthOptions>(before).epochs == read<LengthOptions>(config).epochs) return;
  tell(
      fmt::format("the {} schedule keeps its length of {} updates, after them the rate stays as it is; "
                  "schedule.steps=auto stretches it over all epochs",
                  config.text("schedule.name"), config.text("schedule.steps")));
}

// The rate goes on as the checkpoint has it; another one in the configuration would be a false record.
void check_rate(const Run::State& state) {
  if (state.stages) return;
  const double own = state.trainer.optimizer().learning_rate();
  // A plateau has lowered it.
  const bool lowered =
      read<PlateauKeys>(state.config).patience && own < state.config.number("optimizer.learning_rate");
  if (lowered || own == state.config.number("optimizer.learning_rate")) return;
  state.config.refuse("optimizer.learning_rate",
                      fmt::format("{}, with which this run was trained; init= begins another one", own));
}

// Epochs that are done are not undone by a smaller number of them.
void check_epochs(const Run::State& state, const Config& given) {
  if (state.stages || !given.given("train.epochs")) return;
  const train::Position& position = state.trainer.position();
  const std::int64_t begun = position.epoch + (position.step > 0);
  if (given.integer("train.epochs", 1) >= begun) return;
  given.refuse("train.epochs", fmt::format("at least {}, the number of epochs that are {}", begun,
                                           position.step > 0 ? "begun or done" : "done"));
}

// What is due when the first step comes, and not when the resumption is refused: damaged checkpoints get
// names under which they are not overwritten, and what is changed of the configuration holds from now on.
class Accepted final : public train::Callback {
 public:
  Accepted(const Run::State& run, std::vector<fs::path> damaged, bool changed)
      : run_(run), damaged_(std::move(damaged)), changed_(changed) {}

  void train_begin(train::Fit&) override {
    for (const fs::path& file : std::exchange(damaged_, {})) put_aside(file);
    if (!std::exchange(changed_, false)) return;
    try {
      write_config(run_.config, *run_.folder, false);
    } catch (const FileError& error) {
      if (read<CheckpointKeys>(run_.config).on_error == train::OnSaveError::stop) throw;
      run_.tell(fmt::format("warning: {}; training goes on, but another resumption will not know the changes",
                            error.what()));
    }
  }

 private:
  void put_aside(const fs::path& file) const {
    const std::string damaged = file.string() + io::kDamaged;
    fs::path aside = damaged;
    for (int k = 2; fs::exists(fs::symlink_status(aside)); ++k) aside = fmt::format("{}-{}", damaged, k);
    std::error_code error;
    fs::rename(file, aside, error);
    run_.tell(error ? fmt::format("warning: {}: cannot be renamed: {}", file.string(), error.message())
                    : fmt::format("{} is kept as {}", file.string(), aside.filename().string()));
  }

  const Run::State& run_;
  std::vector<fs::path> damaged_;
  bool changed_;
};

}  // namespace

std::vector<Key> resumable_keys() {
  std::vector<Key> keys;
  for (Key& key : training_keys()) {
    if (std::find(std::begin(kResumable), std::end(kResumable), key.name) == std::end(kResumable)) continue;
    key.fallback.clear();
    key.help += " (default: as before)";
    keys.push_back(std::move(key));
  }
  return keys;
}

Run Run::resume(const fs::path& folder, const std::vector<Config::Entry>& changes,
                const RunOptions& options) {
  const Tell tell = options.tell ? options.tell : [](const std::string&) {};
  const Config given = given_changes(changes), config = changed_config(folder, given),
               before = read_config(folder, config.text("data.name"));
  io::RunDirectory locked = io::RunDirectory::open(folder);
  const bool stretched = given.given("schedule.steps");
  std::shared_ptr<State> state =
      make_state(config, options, [&](Config& settled, const data::Batches& batches) {
        stretched ? settle_schedule(settled, batches) : keep_schedule(settled, before, batches, tell);
      });
  state->folder.emplace(std::move(locked));
  const Scope scope(state->settings);
  Restored restored = restore_newest(*state, folder, tell);
  state->resumed_from = restored.from;
  check_rate(*state);
  check_epochs(*state, given);
  state->accepted = std::make_shared<Accepted>(*state, std::move(restored.damaged), !changes.empty());
  return Run(std::move(state));
}

}  // namespace luge::experiment
