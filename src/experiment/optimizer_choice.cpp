#include "experiment/optimizer_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "luge/error.h"
#include "luge/optim/optimizers.h"

namespace luge::experiment {
namespace {

constexpr const char* kWhole = "auto";  // schedule.steps: the whole training

// The numbers given for a table such as "optimizer.", but for its name and what is taken elsewhere: the
// optimizer or schedule itself knows which it has.
options::Values settings_of(const Config& config, const std::string& table,
                            const std::set<std::string>& but) {
  options::Values settings;
  for (const auto& [key, value] : config.resolved()) {
    if (!key.starts_with(table)) continue;
    const std::string name = key.substr(table.size());
    if (name != "name" && !but.contains(name)) settings.emplace_back(name, config.number(key));
  }
  return settings;
}

}  // namespace

optim::Optimizer make_optimizer(const Config& config, std::int64_t total_steps) {
  optim::OptimizerOptions options;
  if (config.has("train.clip_norm")) options.clip_global_norm = config.not_negative("train.clip_norm");
  if (config.has("train.clip_value")) options.clip_value = config.not_negative("train.clip_value");
  const std::string schedule = config.choice("schedule.name", optim::schedule::names());
  const std::string optimizer = config.choice("optimizer.name", optim::names());
  const double rate = config.positive("optimizer.learning_rate");
  try {
    options.schedule = optim::schedule::named(schedule, std::max<std::int64_t>(1, total_steps),
                                              config.integer("schedule.warmup_steps", 0),
                                              settings_of(config, "schedule.", {"warmup_steps", "steps"}));
    return optim::named(optimizer, rate, settings_of(config, "optimizer.", {"learning_rate"}), options);
  } catch (const ValueError& error) {
    throw SettingError(error.what());
  }
}

bool has_schedule(const Config& config) {
  return config.text("schedule.name") != optim::schedule::constant().name();
}

void settle_schedule(Config& config, const data::Batches& batches) {
  if (!has_schedule(config)) return;
  config.replace("schedule.steps", std::to_string(schedule_updates(config, batches)));
}

std::int64_t schedule_updates(const Config& config, const data::Batches& batches) {
  if (config.text("schedule.steps") != kWhole) {
    if (!has_schedule(config)) {
      throw SettingError(fmt::format(
          "{}={}: a constant learning rate has no steps; choose a schedule, or limit_train_batches for fewer "
          "steps of an epoch",
          config.shown("schedule.steps"), config.text("schedule.steps")));
    }
    return config.integer("schedule.steps", 1);
  }
  const std::int64_t limit = config.integer("train.limit_train_batches", 0),
                     accumulate = config.integer("train.accumulate", 1);
  const std::int64_t steps = limit > 0 ? std::min(limit, batches.size()) : batches.size();
  return config.integer("train.epochs", 1) * ((steps + accumulate - 1) / accumulate);
}

}  // namespace luge::experiment
