// luge resume: goes on, bit for bit, where the last good checkpoint of a run stands.
#include <fmt/format.h>

#include <filesystem>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/runs.h"
#include "cli/training.h"
#include "io/run/run_directory.h"
#include "io/run/step_files.h"
#include "luge/io/safetensors.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

// The keys of train, as the run's config.toml has them, and what the user says otherwise.
Arguments configuration(const Arguments& given, const fs::path& run) {
  std::vector<std::string> words = {"config=" + (run / "config.toml").string()};
  for (const char* key : {"epochs", "threads", "workers"}) {
    if (given.given(key)) words.push_back(fmt::format("{}={}", key, given.text(key)));
  }
  if (given.json()) words.emplace_back("--json");
  return Arguments("resume", training_keys(), 0, words);
}

// last.safetensors, then the step-N files from the newest on, then best.safetensors.
std::vector<fs::path> candidates(const fs::path& run) {
  const fs::path folder = run / "checkpoints";
  std::vector<fs::path> all = {folder / "last.safetensors"};
  const auto steps = io::list_step_files(folder, "step");
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) all.push_back(step->path);
  all.push_back(folder / "best.safetensors");
  return all;
}

void restore_newest(train::Trainer& trainer, const fs::path& run) {
  std::string problems;
  for (const fs::path& path : candidates(run)) {
    if (!fs::exists(path)) continue;
    try {
      io::SafetensorsFile(path.string()).verify();
    } catch (const Error& error) {
      fmt::print(stderr, "luge: warning: {}; the file stays, an older checkpoint is tried\n", error.what());
      problems += fmt::format(" {};", error.what());
      continue;
    }
    trainer.restore(path.string());
    fmt::print(stderr, "going on from {}: epoch {}, step {}\n", path.string(), trainer.position().epoch + 1,
               trainer.position().total_steps);
    return;
  }
  throw FileError(fmt::format("{}: no checkpoint can be resumed{}{}", run.string(),
                              problems.empty() ? ": there is none" : ":", problems));
}

int run_resume(const Arguments& given) {
  watch_signals();
  const fs::path path = io::find_run(given.text("run"), kRuns);
  const io::RunDirectory run = io::RunDirectory::open(path);
  Arguments arguments = configuration(given, path);
  const models::Entry entry = model_entry(arguments);
  take_defaults(arguments, entry);
  const TrainingData data = load_training_data(arguments);
  const std::int64_t steps = data.batches.size() * arguments.integer("train.epochs", 1);
  Setup setup = set_up(arguments, entry, data.fit.info(), steps);
  check_settings(arguments, setup.trainer, data);
  restore_newest(setup.trainer, path);
  return train_and_report(arguments, setup, data, path);
}

const Registration registration({"resume",
                                 "goes on bit for bit from the last good checkpoint of a run",
                                 {"resume run=DIR [epochs=N]", "resume run=last"},
                                 {{"run", "folder of the run; last is the newest"},
                                  {"epochs",
                                   "passes over the data, those done included (default: as before)"},
                                  {"threads", "processors to use (default: as before)"},
                                  {"workers", "threads that read ahead (default: as before)"}},
                                 0,
                                 run_resume});

}  // namespace
}  // namespace luge::cli
