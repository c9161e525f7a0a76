#include "experiment/optimizer_choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiment/made.h"
#include "experiment/train_options.h"
#include "luge/error.h"
#include "luge/optim/optimizers.h"

namespace luge::experiment {

optim::Optimizer make_optimizer(const Config& config, std::int64_t total_steps) {
  const auto step = read<StepOptions>(config);
  optim::OptimizerOptions options;
  options.clip_global_norm = step.clip_norm;
  options.clip_value = step.clip_value;
  const Choice schedule = config.chosen("schedule"), optimizer = config.chosen("optimizer");
  options.schedule = made(config, "schedule", [&] {
    return optim::schedule::named(schedule.name, std::max<std::int64_t>(1, total_steps),
                                  read<WarmUpOptions>(config).warmup_steps, schedule.values);
  });
  return made(config, "optimizer", [&] {
    return optim::named(optimizer.name, config.number("optimizer.learning_rate"), optimizer.values, options);
  });
}

bool has_schedule(const Config& config) {
  return config.text("schedule.name") != optim::schedule::constant().name();
}

void settle_schedule(Config& config, const data::Batches& batches) {
  if (!has_schedule(config)) return;
  config.replace("schedule.steps", std::to_string(schedule_updates(config, batches)));
}

std::int64_t schedule_updates(const Config& config, const data::Batches& batches) {
  if (const auto chosen = read<ScheduleLengthOptions>(config).steps.number) {
    if (!has_schedule(config)) {
      throw SettingError(fmt::format(
          "{}: a constant learning rate has no steps; choose a schedule, or limit_train_batches for fewer "
          "steps of an epoch",
          config.said("schedule.steps")));
    }
    return *chosen;
  }
  const auto length = read<LengthOptions>(config);
  const std::int64_t limit = length.limit_train_batches, accumulate = read<StepOptions>(config).accumulate;
  const std::int64_t steps = limit > 0 ? std::min(limit, batches.size()) : batches.size();
  return length.epochs.value_or(1) * ((steps + accumulate - 1) / accumulate);
}

}  // namespace luge::experiment
