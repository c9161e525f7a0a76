#include "experiment/stages.h"

#include <fmt/format.h>

#include "experiment/fit_options.h"
#include "experiment/optimizer_choice.h"

namespace luge::experiment {
namespace {

// The settings of the training, changed by those of a stage.
Config settings_in(const Config& training, const Config& stage) {
  Config own = training;
  for (const Key& key : stage.keys()) {
    const bool of_training = key.name.find('.') != std::string::npos;  // name, steps, … are the stage's alone
    if (of_training && stage.given(key.name)) own.set(key.name, stage.text(key.name));
  }
  return own;
}

train::Stage make_stage(const Config& training, const Config& stage, const nn::Model& net,
                        const train::TaskRef& task, const TrainingData& data) {
  const Config own = settings_in(training, stage);
  const data::Batches batches = batches_of(own, data.parts.fit);
  const train::FitOptions options = fit_options(own, data.parts.valid, {});
  train::Stage made{.name = stage.text("name"),
                    .task = task,
                    .optimizers = {{"*", make_optimizer(own, schedule_updates(own, batches))}},
                    .data =
                        [batches, validation = options.validation] {
                          return train::StageData{batches, validation};
                        },
                    .epochs = options.epochs,
                    .steps_per_epoch = options.steps_per_epoch,
                    .steps = stage.integer("steps", 0),
                    .trainable = stage.list("trainable"),
                    .options = {.accumulate = own.integer("train.accumulate", 1)},
                    .callbacks = options.callbacks};
  for (const std::string& pattern : made.trainable) net->parameters(pattern);  // throws when there are none
  return made;
}

}  // namespace

train::Stages make_stages(const Config& config, const nn::Model& net, const train::TaskRef& task,
                          const TrainingData& data) {
  std::vector<train::Stage> stages;
  for (const Config& stage : config.stages()) {
    try {
      stages.push_back(make_stage(config, stage, net, task, data));
    } catch (const SettingError& error) {
      throw SettingError(fmt::format("stage {}: {}", stages.size() + 1, error.what()), error.missing());
    }
  }
  return train::Stages(net, std::move(stages));
}

}  // namespace luge::experiment
