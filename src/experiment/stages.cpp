#include "experiment/stages.h"

#include <fmt/format.h>

#include "experiment/fit_options.h"
#include "experiment/key_needs.h"
#include "experiment/optimizer_choice.h"
#include "experiment/setup.h"
#include "experiment/train_options.h"

namespace luge::experiment {
namespace {

// The command line wins over a stage of a file. A run that is resumed has done a part of its stages already.
bool wins(const Config& training, const Config& stage, const Key& key) {
  if (!training.given(key.name)) return false;
  const Source source = training.origin(key.name).source;
  if (source == Source::resume) {
    throw SettingError(fmt::format("{}: the stages of this run have their own, such as {}={}",
                                   training.said(key.name), stage.shown(key.name), stage.text(key.name)));
  }
  return source == Source::command_line;
}

// The settings of the training, changed by those of a stage.
Config settings_in(const Config& training, const Config& stage) {
  Config own = training;
  for (const Key& key : stage.keys()) {
    const bool of_training = key.name.find('.') != std::string::npos;  // name, steps, … are the stage's alone
    if (!of_training || !stage.given(key.name) || wins(training, stage, key)) continue;
    own.take(stage, key.name);
    // Another optimizer does not have the options that the training gives to its own.
    if (!key.family.empty() && key.option.empty()) own.drop_options(key.family);
  }
  for (const Key& key : stage.keys()) {
    if (key.option.empty() || !stage.given(key.name) || wins(training, stage, key)) continue;
    own.take(stage, key.name);  // but what the stage itself says must be right
  }
  return own;
}

train::Stage make_stage(const Config& training, const Config& stage, const nn::Model& net,
                        const train::TaskRef& task, const TrainingData& data) {
  const auto settings = read<StageOptions>(stage);
  const Config own = settings_in(training, stage);
  check_needs(own, &stage);
  const data::Batches batches = batches_of(own, data.parts.fit, data.mixing);
  const train::FitOptions options = fit_options(own, data.parts.valid, {});
  const std::int64_t updates = schedule_updates(own, batches);
  train::Stage made{
      .name = settings.name,
      .task = task,
      .optimizers = {{"*", make_optimizer(own, updates, data.parts.fit.size())}},
      .data =
          [batches, validation = options.validation] {
            return train::StageData{batches, validation};
          },
      .epochs = options.epochs,
      .steps_per_epoch = options.steps_per_epoch,
      .steps = settings.steps,
      .trainable = settings.trainable,
      .options = {.accumulate = read<StepOptions>(own).accumulate, .averaging = averaging_of(own, updates)},
      .callbacks = options.callbacks};
  for (const std::string& pattern : made.trainable) net->parameters(pattern);  // throws when there are none
  return made;
}

}  // namespace

train::Stages make_stages(const Config& config, const nn::Model& net, const train::TaskRef& task,
                          const TrainingData& data) {
  std::vector<train::Stage> stages;
  for (const Config& stage : config.stages()) stages.push_back(make_stage(config, stage, net, task, data));
  return train::Stages(net, std::move(stages));
}

}  // namespace luge::experiment
