#include "experiment/training_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "experiment/advice.h"
#include "experiment/aids.h"
#include "experiment/augmented.h"
#include "experiment/data_sets.h"
#include "experiment/made.h"
#include "experiment/measure.h"
#include "experiment/model_choice.h"
#include "experiment/sampling_options.h"
#include "experiment/several_parts.h"
#include "experiment/several_sizes.h"
#include "experiment/share_parts.h"
#include "experiment/table_columns.h"
#include "experiment/target_units.h"
#include "experiment/task.h"
#include "experiment/train_options.h"
#include "luge/data/mix.h"
#include "luge/data/named_features.h"
#include "luge/data/repeat.h"
#include "luge/data/table.h"
#include "luge/data/views.h"
#include "luge/data/whitening.h"
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
  if (overfits(config)) return batches;
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

// Pictures of several sizes, which no size was given for.
void check_one_size(const Config& config, const DataSet& data) {
  if (data.train.size() < 2) return;
  const auto input = data.train.info().fields.find(data::kInput);
  const data::Field* field = input ? &data.train.info().fields[*input] : nullptr;
  if (!field || field->shape.rank() != 3 || field->fixed()) return;
  if (picture_sizes(config, data.train).evaluation(data.train).info().input().fixed()) return;
  const Shape first = data.train.source()->shape_of(0, *input);
  std::int64_t other = 1;
  while (other + 1 < data.train.size() && data.train.source()->shape_of(other, *input) == first) ++other;
  const Shape shape = data.train.source()->shape_of(other, *input);
  throw ValueError(fmt::format(
      "{}: its pictures have several sizes, such as {}x{} ({}) and {}x{} ({}) (height x width); "
      "data.size=128 "
      "makes all of them 128x128",
      data.name, first[1], first[2], data.train.where(0), shape[1], shape[2], data.train.where(other)));
}

// What would learn targets of the other kind, where the data has such; empty: it has not.
std::string other_targets(const Config& config, const std::string& name, TargetKind kind) {
  try {
    return what_learns(config, load_data(config, name, kind).train.info(),
                       task_for(kind == TargetKind::values ? OutputKind::values : OutputKind::logits));
  } catch (const Error&) {
    return "";
  }
}

// Words where numbers are learned, or the other way round: the error of the cell says what would learn them.
DataSet load_table_or_other(const Config& config, const std::string& name, const models::Entry& entry) {
  const TargetKind wanted = wanted_targets(config, entry);
  try {
    return load_data(config, name, wanted);
  } catch (const SettingError&) {
    throw;
  } catch (const Error& error) {
    const bool numbers = wanted == TargetKind::values;
    const std::string instead =
        wanted == TargetKind::automatic
            ? ""
            : other_targets(config, name, numbers ? TargetKind::classes : TargetKind::values);
    if (instead.empty()) throw;
    throw ValueError(fmt::format("{}; model={} with task={} learns {}; {}", error.what(), entry.name,
                                 task_for(numbers ? OutputKind::values : OutputKind::logits),
                                 numbers ? "numbers" : "classes", instead));
  }
}

}  // namespace

DataSet load_data_for(const Config& config, const models::Entry& entry) {
  const std::string name = config.text("data.name");
  if (wants_text(config, entry)) return load_text(config, name);
  DataSet data = load_table_or_other(config, name, entry);
  check_one_size(config, data);
  return data;
}

DataSet load_data(const Config& config) {
  Config settled = config;
  const models::Entry entry = model_entry(settled);
  take_defaults(settled, entry);
  return load_data_for(settled, entry);
}

// The step that data.normalize asks for and that is not a scaling; null: there is none.
data::StepRef whitening(const Config& config, const data::Info& info) {
  if (!config.knows("data.normalize")) return nullptr;
  const std::string how = read<DataOptions>(config).normalize;
  for (const auto& [each, name] : options::Names<data::Whitening>::all) {
    if (how != name) continue;
    const auto keys = read<WhiteningKeys>(config);
    return data::steps::whiten({.how = each,
                                .components = keys.components,
                                .epsilon = keys.epsilon,
                                .standardize = !info.features.empty()});
  }
  return nullptr;
}

data::Recipe recipe_of(const Config& config, const train::Task& task, const data::Dataset& whole) {
  const data::Recipe sizes = picture_sizes(config, whole);
  const data::Dataset fit = sizes.evaluation(whole);
  const std::vector<Choice> chosen =
      config.knows("data.features") ? config.all_chosen("feature") : std::vector<Choice>();
  std::vector<data::StepRef> steps;
  if (fit.info().fields.find(data::kCells)) steps.push_back(data::steps::table(column_types(config)));
  const data::StepRef white = whitening(config, fit.info());
  if (steps.empty() && chosen.empty() && !white) return sizes.then(task.recipe(fit).fit(fit));
  if (steps.empty()) steps.push_back(data::steps::columns());
  for (const Choice& each : chosen)
    steps.push_back(made(config, "feature", [&] { return data::feature(each.name, each.values); }));
  if (white) steps.push_back(white);
  // The task sees what they have made, and scales it.
  const data::Recipe features = data::Recipe(std::move(steps)).fit(fit);
  const data::Dataset made = features.training(fit);
  return sizes.then(features).then(task.recipe(made).fit(made));
}

// Batches whose samples have similar extents of a field. Each is a draw of the whole epoch all the same.
data::Dataset of_similar_extents(const Config& config, const data::Dataset& epoch, const std::string& field) {
  if (field.empty() || overfits(config) || !read<DataOptions>(config).shuffle) return epoch;
  if (!epoch.info().fields.find(field))
    throw SettingError(fmt::format("{}: the samples have no field '{}'; they have {}",
                                   config.said("data.similar"), field, epoch.info().fields.to_string()));
  const std::int64_t batch = *read<StepOptions>(config).batch;
  return epoch.similar(field, batch, 32 * batch, seed_of(config));
}

data::Batches batches_of(const Config& config, const data::Dataset& fit, const data::MixOptions& mixing) {
  data::Dataset ordered =
      read<DataOptions>(config).shuffle && !overfits(config) ? fit.shuffle({.seed = seed_of(config)}) : fit;
  const auto sampling = read<SamplingKeys>(config);
  if (sampling.sampling == "balanced") {
    try {
      ordered = fit.draw(fit.size(), {.weights = data::balanced_weights(fit), .seed = seed_of(config)});
    } catch (const ValueError& error) {
      throw SettingError(fmt::format("{}: {}", config.said("data.sampling"), error.what()));
    }
  }
  const std::int64_t passes = passes_of_epoch(config);
  config.text("train.batch");  // throws when neither a person nor the model says it
  const data::Dataset repeated = passes > 1 ? data::repeat(ordered, passes) : ordered;
  const data::Dataset epoch = of_similar_extents(config, repeated, sampling.similar);
  return prefetched(
      config,
      mixed(config, batched(config, epoch, *read<StepOptions>(config).batch, seed_of(config)), mixing));
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

// What a row of a table holds that the training part does not have is an error before the first epoch.
void check_rows(const data::Recipe& recipe, const data::Dataset& part) {
  if (data::table_columns(recipe).empty()) return;
  for (std::int64_t i = 0; i < part.size(); ++i) part.record(i);
}

TrainingData make_training_data(const Config& config, const models::Entry& entry, const train::Task& task,
                                const DataSet& whole, const Parts& all) {
  const Parts parts = aided_parts(config, all);
  check_weights(parts.fit, "training");
  check_weights(parts.valid, "validation");
  const data::Dataset& known = parts.fitted_to ? *parts.fitted_to : parts.fit;
  const data::Recipe own = recipe_of(config, task, known), recipe = whole.recipe.then(own);
  // What the recipe of the data makes is augmented: its steps would undo another size of the pictures.
  const data::Dataset fit = whole.recipe.training(parts.fit);
  Parts made = {own.training(overfits(config) ? fit : augmented(config, fit, seed_of(config))),
                parts.valid.size() > 0 ? recipe.evaluation(parts.valid) : parts.valid};
  check_rows(recipe, made.valid);
  if (parts.held_out) made.held_out = recipe.evaluation(*parts.held_out);
  made = aided_samples(config, parts, std::move(made));
  const data::MixOptions mixing = mixing_for(config, entry, task, made.fit.info());
  data::Batches batches = batches_of(config, made.fit, mixing);
  const data::Affine units = target_units(config, entry, task, whole, made.fit);
  return {std::move(made), recipe, std::move(batches), units, mixing, parts};
}

}  // namespace luge::experiment
