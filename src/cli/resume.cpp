// luge resume: goes on, bit for bit, where the last good checkpoint of a run is.
#include <fmt/format.h>

#include <filesystem>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/training.h"
#include "experiment/key_names.h"
#include "experiment/option_keys.h"
#include "experiment/runs.h"
#include "experiment/train_options.h"
#include "io/run/run_directory.h"
#include "luge/experiment/run.h"

namespace luge::cli {
namespace {

struct ResumeOptions {
  static constexpr const char* table = "";
  std::string run;
  static void fields(auto& self, auto&& field) {
    field("run", self.run, "folder of the run; last is the newest", options::required);
  }
};

std::vector<Key> keys() {
  return experiment::joined(experiment::keys_of<ResumeOptions>(), experiment::resumable_keys());
}

// Refuses what a training has and a resumption does not change.
std::vector<Key> keys_for(const std::vector<std::string>& words) {
  const std::vector<Key> all = experiment::training_keys();
  std::vector<Key> own = keys();
  for (const std::string& word : words) {
    const std::string name = word.substr(0, word.find('='));
    const Key* key = word == name ? nullptr : experiment::find_key(all, name);
    if (!key || experiment::find_key(own, name)) continue;
    throw Misuse(fmt::format(
        "luge resume: {}= is a key of luge train and stays as the run has it ({}); luge resume help "
        "lists what may change",
        name, key->name));
  }
  return own;
}

std::vector<experiment::Config::Entry> changes_of(const Arguments& arguments) {
  std::vector<experiment::Config::Entry> changes;
  for (const Key& key : experiment::resumable_keys()) {
    if (arguments.given(key.name)) changes.emplace_back(arguments.shown(key.name), arguments.text(key.name));
  }
  return changes;
}

// A training that has nothing left to do says so, and how it would go on.
void tell_finished(const experiment::Run& run) {
  const experiment::Config& config = run.config();
  if (!config.stages().empty()) {
    tell_aside("{} is finished: all of its stages are done; nothing was trained\n", run.folder().string());
    return;
  }
  const train::Trainer trainer = run.trainer();
  const std::int64_t epochs = experiment::read<experiment::LengthOptions>(config).epochs.value_or(1),
                     done = trainer.position().epoch;
  std::string why = fmt::format("{}{} {} done", done == epochs && done > 1 ? "all " : "", done,
                                done == 1 ? "epoch is" : "epochs are"),
              how = fmt::format("epochs={}", 2 * done);
  if (done < epochs) {
    why = trainer.history().stop_reason;
    const auto patience = experiment::read<experiment::EarlyStoppingKeys>(config).patience;
    how = patience ? fmt::format("early_stopping={}", 2 * *patience) : "stop_at=VALUE";
  }
  tell_aside("{} is finished: {}; nothing was trained. To train further: {} resume run={} {}\n",
             run.folder().string(), why, program(), shell_word(run.folder().string()), how);
}

int run_resume(const Arguments& arguments) {
  watch_signals();
  outlive_terminal();
  const std::filesystem::path folder = io::find_run(arguments.text("run"), experiment::kRuns);
  if (experiment::Trainings::in(folder)) {
    experiment::Trainings trainings =
        experiment::Trainings::resume(folder, changes_of(arguments), {.tell = tell_person()});
    return train_and_report(arguments, trainings);
  }
  const experiment::Run run = experiment::Run::resume(folder, changes_of(arguments), {.tell = tell_person()});
  const train::Position from = run.position();
  const std::string stage = from.stage_name.empty() ? "" : fmt::format("stage '{}', ", from.stage_name);
  const int code =
      train_and_report(arguments, run,
                       fmt::format("going on from {}: {}epoch {}, step {}", run.resumed_from().string(),
                                   stage, from.epoch + 1, from.total_steps));
  if (run.position().total_steps == from.total_steps) tell_finished(run);
  return code;
}

const Registration registration_resume({"resume",
                                        "goes on bit for bit from the last good checkpoint of a run",
                                        {"resume run=DIR [epochs=N]", "resume run=last"},
                                        keys,
                                        0,
                                        run_resume,
                                        keys_for});

}  // namespace
}  // namespace luge::cli
