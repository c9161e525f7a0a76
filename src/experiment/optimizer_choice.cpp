#include "experiment/optimizer_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/registry.h"
#include "experiment/made.h"
#include "experiment/train_options.h"
#include "luge/error.h"
#include "luge/optim/optimizers.h"

namespace luge::experiment {

namespace {

// Warm-up steps, given as a number or as a share of the schedule.
std::int64_t warm_up_steps(const Config& config, std::int64_t total_steps) {
  const auto warm_up = read<WarmUpOptions>(config);
  if (warm_up.warmup_ratio == 0) return warm_up.warmup_steps;
  if (warm_up.warmup_steps > 0)
    config.refuse("schedule.warmup_ratio", "either a number of steps or a share, not both");
  return static_cast<std::int64_t>(std::ceil(warm_up.warmup_ratio * static_cast<double>(total_steps)));
}

}  // namespace

double usual_rate(const std::string& optimizer) {
  for (const options::Info& option : find_family("optimizer")->member(optimizer).options) {
    if (option.name != "learning_rate") continue;
    if (const auto* rate = std::get_if<double>(&option.fallback)) return *rate;
  }
  return 1e-3;
}

optim::Optimizer make_optimizer(const Config& config, std::int64_t total_steps, std::int64_t samples) {
  const auto step = read<StepOptions>(config);
  optim::OptimizerOptions options;
  options.clip_global_norm = step.clip_norm;
  options.clip_value = step.clip_value;
  const Choice schedule = config.chosen("schedule"), optimizer = config.chosen("optimizer");
  options.schedule = made(config, "schedule", [&] {
    return optim::schedule::named(schedule.name, std::max<std::int64_t>(1, total_steps),
                                  warm_up_steps(config, total_steps), schedule.values);
  });
  for (const Choice& each : config.all_chosen("regularizer")) {
    options.regularizers.push_back(made(config, "regularizer", [&] {
      return optim::regularizer::named(each.name, {.samples = samples}, each.values);
    }));
  }
  for (const Choice& each : config.all_chosen("constraint")) {
    options.constraints.push_back(
        made(config, "constraint", [&] { return optim::constraint::named(each.name, each.values); }));
  }
  return made(config, "optimizer", [&] {
    return optim::named(optimizer.name, config.number("optimizer.learning_rate"), optimizer.values, options);
  });
}

bool has_schedule(const Config& config) {
  return config.text("schedule.name") != optim::schedule::constant().name() ||
         read<WarmUpOptions>(config).warmup_ratio > 0;
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
