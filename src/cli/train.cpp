// luge train
#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/init_weights.h"
#include "cli/interrupt.h"
#include "cli/keys.h"
#include "cli/model_choice.h"
#include "cli/optimizer_choice.h"
#include "cli/planned_step.h"
#include "cli/run_config.h"
#include "cli/runs.h"
#include "cli/setup.h"
#include "cli/training.h"
#include "cli/training_data.h"
#include "io/files/atomic_file.h"
#include "io/run/run_directory.h"
#include "luge/nn/summary.h"

namespace luge::cli {
namespace {

io::RunDirectory make_run(const Arguments& arguments) {
  if (arguments.has("run.dir"))
    return io::RunDirectory::create_at(arguments.text("run.dir"), arguments.flag("run.exist_ok"));
  return io::RunDirectory::create(kRuns,
                                  io::run_stem(arguments.text("model.name"), arguments.text("data.name")));
}

std::string plan_text(const Setup& setup, const TrainingData& data) {
  const std::int64_t rows = std::min<std::int64_t>(data.batches.batch_size(), data.fit.size());
  const PlanInfo plan = setup.trainer.plan(empty_batch(setup.info, rows));
  const double mib = 1024.0 * 1024.0;
  return fmt::format(
      "memory of a step with batch {}: {:.1f} MiB ({:.1f} MiB arena, {:.1f} MiB weights and optimizer)\n",
      rows, static_cast<double>(plan.arena_bytes + plan.state_bytes + plan.input_bytes) / mib,
      static_cast<double>(plan.arena_bytes) / mib, static_cast<double>(plan.state_bytes) / mib);
}

// A setting of something that is not switched on would do nothing in silence. Recorded defaults may remain.
void check_switches(const Arguments& arguments) {
  const std::vector<Key> keys = training_keys();
  for (const auto& [setting, of] :
       {std::pair{"callbacks.early_stopping.monitor", "callbacks.early_stopping.patience"},
        std::pair{"callbacks.early_stopping.min_delta", "callbacks.early_stopping.patience"},
        std::pair{"callbacks.stop_at.monitor", "callbacks.stop_at.value"}}) {
    const bool usual = std::any_of(keys.begin(), keys.end(), [&, name = setting](const Key& key) {
      return key.name == name && key.fallback == arguments.text(name);
    });
    if (!usual && !arguments.has(of))
      arguments.misuse(setting,
                       fmt::format("{}= with it; without that it does nothing", arguments.shown(of)));
  }
  arguments.flag("run.exist_ok");
}

int run_train(const Arguments& given) {
  watch_signals();
  outlive_terminal();
  Arguments arguments = given;
  check_switches(arguments);
  const models::Entry entry = model_entry(arguments);
  take_defaults(arguments, entry);
  const TrainingData data = load_training_data(arguments, entry);
  settle_schedule(arguments, data.batches);
  Setup setup =
      set_up(arguments, entry, data.fit.info(), schedule_updates(arguments, data.batches), data.targets);
  if (arguments.has("model.init")) take_weights(arguments, setup.trainer);
  const nn::Summary summary = nn::summary(setup.trainer.net(), setup.input);
  const std::string model = fmt::format(
      "{} on {}: {} training samples, {}\n{}{}", entry.name, data.whole.name, data.fit.size(),
      data.valid ? fmt::format("{} validation samples", data.valid->size()) : "no validation samples",
      summary.to_string(), plan_text(setup, data));
  check_settings(arguments, setup.trainer, data);
  const io::RunDirectory run = make_run(arguments);
  write_config(arguments, run, true);
  io::write_file(run.file("model.txt"), model);
  fmt::print(stderr, "{}", model);
  return train_and_report(arguments, setup, data, run.path());
}

const Registration registration(
    {"train",
     "trains a network of the gallery",
     {"train model=lenet5 data=fashion-mnist [epochs=5 batch=64 optimizer=adam lr=1e-3 ...]",
      "train config=FILE.toml [key=value ...]"},
     training_keys(),
     0,
     run_train});

}  // namespace
}  // namespace luge::cli
