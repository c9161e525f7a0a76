#include "cli/optimizer_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "luge/error.h"
#include "luge/optim/optimizers.h"

namespace luge::cli {
namespace {

constexpr const char* kWhole = "auto";  // schedule.steps: the whole training

// The numbers given for a table such as "optimizer.", but for its name and what is taken elsewhere: the
// optimizer or schedule itself knows which it has.
std::map<std::string, double> settings_of(const Arguments& arguments, const std::string& table,
                                          const std::set<std::string>& but) {
  std::map<std::string, double> settings;
  for (const auto& [key, value] : arguments.resolved()) {
    if (!key.starts_with(table)) continue;
    const std::string name = key.substr(table.size());
    if (name != "name" && !but.contains(name)) settings[name] = arguments.number(key);
  }
  return settings;
}

}  // namespace

optim::Optimizer make_optimizer(const Arguments& arguments, std::int64_t total_steps) {
  optim::OptimizerOptions options;
  if (arguments.has("train.clip_norm")) options.clip_global_norm = arguments.not_negative("train.clip_norm");
  if (arguments.has("train.clip_value")) options.clip_value = arguments.not_negative("train.clip_value");
  const std::string schedule = arguments.choice("schedule.name", optim::schedule::names());
  const std::string optimizer = arguments.choice("optimizer.name", optim::names());
  const double rate = arguments.positive("optimizer.learning_rate");
  try {
    options.schedule = optim::schedule::named(schedule, std::max<std::int64_t>(1, total_steps),
                                              arguments.integer("schedule.warmup_steps", 0),
                                              settings_of(arguments, "schedule.", {"warmup_steps", "steps"}));
    return optim::named(optimizer, rate, settings_of(arguments, "optimizer.", {"learning_rate"}), options);
  } catch (const ValueError& error) {
    throw Misuse(fmt::format("luge {}: {}", arguments.command(), error.what()));
  }
}

bool has_schedule(const Arguments& arguments) {
  return arguments.text("schedule.name") != optim::schedule::constant().name();
}

void settle_schedule(Arguments& arguments, const data::Batches& batches) {
  if (!has_schedule(arguments)) return;
  arguments.replace("schedule.steps", std::to_string(schedule_updates(arguments, batches)));
}

std::int64_t schedule_updates(const Arguments& arguments, const data::Batches& batches) {
  if (arguments.text("schedule.steps") != kWhole) {
    if (!has_schedule(arguments)) {
      throw Misuse(fmt::format(
          "luge {}: {}={}: a constant learning rate has no steps; choose a schedule, or limit_train_batches "
          "for "
          "fewer steps of an epoch",
          arguments.command(), arguments.shown("schedule.steps"), arguments.text("schedule.steps")));
    }
    return arguments.integer("schedule.steps", 1);
  }
  const std::int64_t limit = arguments.integer("train.limit_train_batches", 0),
                     accumulate = arguments.integer("train.accumulate", 1);
  const std::int64_t steps = limit > 0 ? std::min(limit, batches.size()) : batches.size();
  return arguments.integer("train.epochs", 1) * ((steps + accumulate - 1) / accumulate);
}

}  // namespace luge::cli
