#include "experiment/setup.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/threads.h"
#include "experiment/advice.h"
#include "experiment/model_choice.h"
#include "experiment/network_entry.h"
#include "experiment/optimizer_choice.h"
#include "experiment/picture_views.h"
#include "experiment/several_parts.h"
#include "experiment/target_units.h"
#include "experiment/task.h"
#include "experiment/train_options.h"

namespace luge::experiment {
namespace {

std::int64_t outputs_for(const Config& config, const models::Entry& entry, const train::Task& task,
                         const data::Info& info) {
  const OutputKind outputs = chosen_loss(config).outputs();
  const bool by_class = is_by_class(outputs);
  if (info.classes.size() == 1 && (by_class || is_binary(outputs)) && reads_target(task.needs()))
    throw ValueError(fmt::format("{}: has only one class, '{}'; expected two or more to tell apart",
                                 info.name, info.classes[0]));
  if (!by_class && info.classes.size() > 2 && !task.outputs(info)) {
    throw ValueError(fmt::format("{}: has {} classes; the model {} with the loss {} distinguishes only two",
                                 info.name, info.classes.size(), entry.name, config.text("loss.name")));
  }
  return task.outputs(info).value_or(entry.outputs);
}

Made trainer_within(const Config& config, const models::Entry& entry, const train::TaskRef& task,
                    const data::Info& info, const Learning& learning) {
  const std::int64_t accumulate = read<StepOptions>(config).accumulate;
  const optim::Optimizer optimizer = make_optimizer(config, learning.updates, learning.samples);
  const std::int64_t outputs = outputs_for(config, entry, *task, info);
  check_ids(config, entry, task->name(), info, outputs);
  try {
    check_network(config, info, outputs);
  } catch (const ShapeError& error) {
    if (takes_samples(entry, info, outputs)) throw;  // it is about the outputs, and says what to write
    refuse_unfit(config, entry, task->name(), info, outputs, error.what());
  }
  const nn::Model net = with_views(config, make_model(entry, outputs));
  learn_in(net, learning.units);
  train::Trainer trainer(net, task, optimizer,
                         {.accumulate = accumulate, .averaging = averaging_of(config, learning.updates)});
  nn::Metadata metadata;
  metadata.name = entry.name;
  if (!learning.recipe.empty()) metadata.recipe = learning.recipe.to_json();
  trainer.net().set_metadata(std::move(metadata));
  try {
    trainer.prepare(info);
  } catch (const ShapeError& error) {
    refuse_unfit(config, entry, task->name(), info, outputs, error.what());
  }
  check_outputs(config, entry, task->name(), info, outputs);
  if (net->parameters().empty())
    throw ValueError(fmt::format("model={} has no parameters, so that there is nothing to train",
                                 config.text("model.name")));
  return {net, std::move(trainer)};
}

}  // namespace

std::optional<train::Averaging> averaging_of(const Config& config, std::int64_t updates) {
  if (!config.knows("averaging.kind")) return std::nullopt;
  const auto keys = read<AveragingKeys>(config);
  if (keys.kind == AverageKind::none) return std::nullopt;
  const bool mean = keys.kind == AverageKind::swa, lookahead = keys.kind == AverageKind::lookahead;
  return train::Averaging{.decay = keys.decay.value_or(lookahead ? 0.5 : train::Averaging().decay),
                          .mean = mean,
                          .lookahead = lookahead,
                          .rise = keys.rising ? updates : 0,
                          .start = keys.start.number.value_or(mean ? updates * 3 / 4 : 0),
                          .every = keys.every.number.value_or(lookahead ? 5 : 1),
                          .norm_batches = keys.norm_batches.number.value_or(mean ? 50 : 0)};
}

Settings settings_of(const Config& config, const Tell& tell) {
  const auto step = read<StepOptions>(config);
  Settings settings = present_settings();
  settings.threads.reset();
  if (step.threads) {
    if (*step.threads > processors()) {
      tell(fmt::format("threads={}: this process may use {} processor{}; using as many threads",
                       *step.threads, processors(), processors() == 1 ? "" : "s"));
    }
    settings.threads = static_cast<int>(std::min<std::int64_t>(*step.threads, processors()));
  }
  if (config.knows("train.precision")) settings.precision = step.precision;
  if (config.knows("train.math")) settings.math = step.math;
  settings.memory_limit = step.memory ? step.memory->count : 0;
  if (config.knows("train.seed")) settings.random = {.seed = own_seed(config)};
  return settings;
}

Made make_trainer(const Config& config, const models::Entry& entry, const train::TaskRef& task,
                  const data::Info& info, const Learning& learning, Settings& settings) {
  Settings unlimited = settings;
  unlimited.memory_limit = 0;
  Made made = [&] {
    const Scope scope(unlimited);
    return trainer_within(config, entry, task, info, learning);
  }();
  settings.random = unlimited.random;
  return made;
}

}  // namespace luge::experiment
