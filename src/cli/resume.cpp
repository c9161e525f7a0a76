// luge resume: goes on, bit for bit, where the last good checkpoint of a run is.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/keys.h"
#include "cli/model_choice.h"
#include "cli/optimizer_choice.h"
#include "cli/output.h"
#include "cli/run_config.h"
#include "cli/runs.h"
#include "cli/setup.h"
#include "cli/training.h"
#include "cli/training_data.h"
#include "io/run/run_directory.h"
#include "luge/io/safetensors.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

// What of a training may be another when it goes on. All else is as config.toml has it.
std::vector<Key> changeable_keys() {
  std::vector<Key> keys;
  for (Key& key : training_keys()) {
    for (const char* name :
         {"train.epochs", "train.threads", "data.name", "data.workers", "data.accept_changed_data",
          "schedule.steps", "callbacks.early_stopping.patience", "callbacks.stop_at.value"}) {
      if (key.name == name) keys.push_back(key);
    }
  }
  for (Key& key : keys) {
    key.fallback.clear();
    key.help += " (default: as before)";
  }
  return keys;
}

std::vector<Key> keys() {
  std::vector<Key> all = {{"run", "folder of the run; last is the newest"}};
  for (Key& key : changeable_keys()) all.push_back(std::move(key));
  return all;
}

// The keys of train, as the run's config.toml has them, and what the user says otherwise.
Arguments configuration(const Arguments& given, const fs::path& run) {
  const bool moved = given.given("data.name");
  std::vector<std::string> words = config_words(run, moved ? given.text("data.name") : "");
  for (const Key& key : changeable_keys()) {
    if (key.name != "data.name" && given.given(key.name))
      words.push_back(fmt::format("{}={}", given.shown(key.name), given.text(key.name)));
  }
  if (given.json()) words.emplace_back("--json");
  return Arguments("resume", training_keys(), 0, words);
}

fs::path restore_newest(train::Trainer& trainer, const fs::path& run) {
  std::string problems;
  for (const fs::path& path : checkpoints_of(run)) {
    try {
      io::SafetensorsFile(path.string()).verify();
    } catch (const Error& error) {
      fmt::print(stderr, "luge: warning: {}; the file stays, an older checkpoint is tried\n", error.what());
      problems += fmt::format(" {};", error.what());
      continue;
    }
    trainer.restore(path.string());
    return path;
  }
  throw FileError(fmt::format("{}: no checkpoint can be resumed{}{}", run.string(),
                              problems.empty() ? ": there is none" : ":", problems));
}

// Epochs given again do not stretch the schedule: the steps already done were made with the old one.
void settle_old_schedule(const Arguments& given, Arguments& arguments, const fs::path& run,
                         const models::Entry& entry, const TrainingData& data) {
  if (!has_schedule(arguments)) return;
  if (given.given("schedule.steps")) return settle_schedule(arguments, data.batches);
  Arguments before("resume", training_keys(), 0, config_words(run, arguments.text("data.name")));
  take_defaults(before, entry);
  settle_schedule(before, data.batches);
  arguments.replace("schedule.steps", before.text("schedule.steps"));
  if (before.integer("train.epochs", 1) == arguments.integer("train.epochs", 1)) return;
  fmt::print(stderr,
             "the {} schedule keeps its length of {} updates, after them the rate stays as it is; "
             "schedule.steps=auto stretches it over all epochs\n",
             arguments.text("schedule.name"), arguments.text("schedule.steps"));
}

bool changes_anything(const Arguments& given) {
  const auto keys = changeable_keys();
  return std::any_of(keys.begin(), keys.end(), [&](const Key& key) { return given.given(key.name); });
}

// A training that has nothing left to do says so, and how it would go on.
void tell_finished(const Arguments& arguments, const train::Trainer& trainer, const fs::path& run) {
  const std::int64_t epochs = arguments.integer("train.epochs", 1), done = trainer.position().epoch;
  std::string why = fmt::format("{}{} {} done", done == epochs && done > 1 ? "all " : "", done,
                                done == 1 ? "epoch is" : "epochs are"),
              how = fmt::format("epochs={}", 2 * done);
  if (done < epochs) {
    why = trainer.history().stop_reason;
    const bool early = arguments.has("callbacks.early_stopping.patience");
    how = early ? fmt::format("early_stopping={}",
                              2 * arguments.integer("callbacks.early_stopping.patience", 1))
                : "stop_at=VALUE";
  }
  fmt::print(stderr, "{} is finished: {}; nothing was trained. To train further: {} resume run={} {}\n",
             run.string(), why, program(), shell_word(run.string()), how);
}

int run_resume(const Arguments& given) {
  watch_signals();
  outlive_terminal();
  const fs::path path = io::find_run(given.text("run"), kRuns);
  Arguments arguments = configuration(given, path);
  const io::RunDirectory run = io::RunDirectory::open(path);
  const models::Entry entry = model_entry(arguments);
  take_defaults(arguments, entry);
  const TrainingData data = load_training_data(arguments, entry);
  settle_old_schedule(given, arguments, path, entry, data);
  Setup setup =
      set_up(arguments, entry, data.fit.info(), schedule_updates(arguments, data.batches), data.targets);
  check_settings(arguments, setup.trainer, data);
  const fs::path file = restore_newest(setup.trainer, path);
  const train::Position from = setup.trainer.position();
  // What is given holds from now on, unless the checkpoint does not go with it.
  const auto keep = [&] {
    if (changes_anything(given)) write_config(arguments, run, false);
  };
  const int code = train_and_report(
      arguments, setup, data, path,
      {fmt::format("going on from {}: epoch {}, step {}", file.string(), from.epoch + 1, from.total_steps),
       keep});
  if (setup.trainer.position().total_steps == from.total_steps) tell_finished(arguments, setup.trainer, path);
  return code;
}

const Registration registration({"resume",
                                 "goes on bit for bit from the last good checkpoint of a run",
                                 {"resume run=DIR [epochs=N]", "resume run=last"},
                                 keys(),
                                 0,
                                 run_resume});

}  // namespace
}  // namespace luge::cli
