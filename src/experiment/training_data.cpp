#include "experiment/training_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "experiment/data_sets.h"
#include "experiment/made.h"
#include "experiment/measure.h"
#include "experiment/model_choice.h"
#include "experiment/several_parts.h"
#include "experiment/target_units.h"
#include "experiment/task.h"
#include "experiment/train_options.h"
#include "luge/data/augment.h"
#include "luge/data/mix.h"
#include "luge/data/named_features.h"
#include "luge/error.h"

namespace luge::experiment {
namespace {

std::uint64_t seed_of(const Config& config) { return static_cast<std::uint64_t>(own_seed(config)); }

data::Batches prefetched(const Config& config, const data::Batches& batches) {
  const auto wanted = read<DataOptions>(config).workers.number;
  if (!wanted) return batches.prefetch({.workers = data::PrefetchOptions::automatic});
  const auto workers = static_cast<int>(std::min<std::int64_t>(*wanted, std::numeric_limits<int>::max()));
  try {
    return batches.prefetch({.workers = workers});
  } catch (const ValueError& error) {
    throw SettingError(fmt::format("{}: {}", config.said("data.workers"), error.what()));
  }
}

bool changes_batches(const Choice& augmentation) {
  const std::vector<std::string> names = data::batch_augmentation_names();
  return std::find(names.begin(), names.end(), augmentation.name) != names.end();
}

// What the loss takes targets for says what happens to them when samples are mixed.
data::MixOptions mixing_for(const Config& config, const models::Entry& entry, const train::Task& task,
                            const data::Info& info) {
  data::MixOptions options{.seed = seed_of(config)};
  const OutputKind outputs = chosen_loss(config).outputs();
  if (is_binary(outputs)) options.targets = data::MixedTargets::answers;
  if (!is_by_class(outputs)) return options;
  options.targets = data::MixedTargets::shares;
  options.classes = task.outputs(info).value_or(entry.outputs);
  return options;
}

// The first batch is mixed at once, so that what cannot be mixed is said before the training.
data::Batches mixed(const Config& config, const data::Batches& batches, const data::MixOptions& options) {
  std::optional<data::BatchAugmentation> all;
  for (const Choice& each : config.all_chosen("augmentation")) {
    if (!changes_batches(each)) continue;
    const data::BatchAugmentation next = data::batch_augmentation(each.name, each.values);
    all = all ? all->then(next) : next;
  }
  if (!all) return batches;
  try {
    const data::Batches made = batches.mix(*all, options);
    if (made.size() > 0) made.epoch(0).next();
    return made;
  } catch (const Error& error) {
    throw ValueError(fmt::format("{}: {}", config.said("data.augment"), error.what()));
  }
}

// Random changes act on samples as the data set holds them, before the recipe: options of an augmentation
// mean the same whatever the scaling is, what is moved in is the black of the data and not a mean, and the
// recipe is fitted once to what is really there. Validation data and predictions never see them.
data::Dataset augmented(const Config& config, const data::Dataset& fit) {
  std::optional<data::Augmentation> all;
  for (const Choice& each : config.all_chosen("augmentation")) {
    if (changes_batches(each)) continue;
    const data::Augmentation next = data::augmentation(each.name, each.values);
    all = all ? all->then(next) : next;
  }
  if (!all || fit.size() == 0) return fit;
  try {
    (*all)(fit.record(0), 0);
  } catch (const Error& error) {
    throw ValueError(fmt::format("{}: {}", config.said("data.augment"), error.what()));
  }
  return fit.augment(*all, seed_of(config));
}

}  // namespace

DataSet load_data_for(const Config& config, const models::Entry& entry) {
  const std::string name = config.text("data.name");
  if (wants_text(config, entry)) return load_text(config, name);
  return load_data(config, name, wanted_targets(config, entry));
}

DataSet load_data(const Config& config) {
  Config settled = config;
  const models::Entry entry = model_entry(settled);
  take_defaults(settled, entry);
  return load_data_for(settled, entry);
}

data::Recipe recipe_of(const Config& config, const train::Task& task, const data::Dataset& fit) {
  const std::vector<Choice> chosen =
      config.knows("data.features") ? config.all_chosen("feature") : std::vector<Choice>();
  if (chosen.empty()) return task.recipe(fit).fit(fit);
  std::vector<data::StepRef> steps = {data::steps::columns()};
  for (const Choice& each : chosen)
    steps.push_back(made(config, "feature", [&] { return data::feature(each.name, each.values); }));
  // The task sees what they have made, and scales it.
  const data::Recipe features = data::Recipe(std::move(steps)).fit(fit);
  const data::Dataset made = features.training(fit);
  return features.then(task.recipe(made).fit(made));
}

data::Batches batches_of(const Config& config, const data::Dataset& fit, const data::MixOptions& mixing) {
  const data::Dataset ordered =
      read<DataOptions>(config).shuffle ? fit.shuffle({.seed = seed_of(config)}) : fit;
  config.text("train.batch");  // throws when neither a person nor the model says it
  return prefetched(config, mixed(config, ordered.batch(*read<StepOptions>(config).batch), mixing));
}

// The mean by weight of samples that all weigh nothing would be NaN.
void check_weights(const data::Dataset& part, const char* name) {
  const std::vector<double> weights = sample_weights(part);
  if (weights.empty() || std::any_of(weights.begin(), weights.end(), [](double each) { return each > 0; }))
    return;
  throw ValueError(
      fmt::format("{}: all {} samples of the {} part have the weight 0; expected one that counts; "
                  "another seed, or another validation_split, makes other parts",
                  part.info().name, weights.size(), name));
}

TrainingData make_training_data(const Config& config, const models::Entry& entry, const train::Task& task,
                                const DataSet& whole, const Parts& parts) {
  check_weights(parts.fit, "training");
  check_weights(parts.valid, "validation");
  const data::Dataset& known = parts.fitted_to ? *parts.fitted_to : parts.fit;
  const data::Recipe recipe = recipe_of(config, task, known);
  Parts made = {recipe.training(augmented(config, parts.fit)),
                parts.valid.size() > 0 ? recipe.evaluation(parts.valid) : parts.valid};
  if (parts.held_out) made.held_out = recipe.evaluation(*parts.held_out);
  const data::MixOptions mixing = mixing_for(config, entry, task, made.fit.info());
  data::Batches batches = batches_of(config, made.fit, mixing);
  const data::Affine units = target_units(config, entry, task, whole, made.fit);
  return {std::move(made), recipe, std::move(batches), units, mixing, parts};
}

}  // namespace luge::experiment
