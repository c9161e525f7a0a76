#include "experiment/training_data.h"

#include <fmt/format.h>

#include "experiment/data_sets.h"
#include "experiment/model_choice.h"
#include "experiment/target_units.h"
#include "experiment/task.h"

namespace luge::experiment {
namespace {

std::uint64_t seed_of(const Config& config) {
  return static_cast<std::uint64_t>(config.integer("train.seed", 0));
}

data::Batches prefetched(const Config& config, const data::Batches& batches) {
  const std::string workers = config.text("data.workers");
  if (workers == "auto") return batches.prefetch({.workers = data::PrefetchOptions::automatic});
  const auto count = static_cast<int>(config.integer("data.workers", 0));
  try {
    return batches.prefetch({.workers = count});
  } catch (const ValueError& error) {
    throw SettingError(fmt::format("{}={}: {}", config.shown("data.workers"), workers, error.what()));
  }
}

}  // namespace

DataSet load_data_for(const Config& config, const models::Entry& entry) {
  const std::string name = config.text("data.name");
  if (wants_text(config, entry)) return load_text(name);
  return load_data(config, name, wanted_targets(config, entry));
}

DataSet load_data(const Config& config) {
  Config settled = config;
  const models::Entry entry = model_entry(settled);
  take_defaults(settled, entry);
  return load_data_for(settled, entry);
}

Parts training_parts(const Config& config, const DataSet& data) {
  double share = config.share("data.validation_split");
  if (data.complete || static_cast<double>(data.train.size()) * share < 1) share = 0;
  auto [fit, valid] = data.train.split(1 - share, {.seed = seed_of(config)});
  return {std::move(fit), std::move(valid)};
}

std::vector<Parts> folds(const Config& config, const DataSet& data, std::int64_t k) {
  const data::Field* target = data.train.info().target();
  const bool labels = target && is_integer(target->dtype) && target->shape.rank() == 0;
  std::vector<Parts> all;
  for (auto& [fit, valid] :
       data.train.k_fold(k, {.seed = seed_of(config), .stratify = labels ? std::string(data::kTarget) : ""}))
    all.push_back({std::move(fit), std::move(valid)});
  return all;
}

data::Batches batches_of(const Config& config, const data::Dataset& fit) {
  const data::Dataset ordered = config.flag("data.shuffle") ? fit.shuffle({.seed = seed_of(config)}) : fit;
  return prefetched(config, ordered.batch(config.integer("train.batch", 1)));
}

TrainingData make_training_data(const Config& config, const models::Entry& entry, const train::Task& task,
                                const DataSet& whole, const Parts& parts) {
  data::Recipe recipe = task.recipe(parts.fit).fit(parts.fit);
  Parts made = {recipe.training(parts.fit),
                parts.valid.size() > 0 ? recipe.evaluation(parts.valid) : parts.valid};
  data::Batches batches = batches_of(config, made.fit);
  const data::Affine units = target_units(config, entry, task, whole, made.fit);
  return {std::move(made), std::move(recipe), std::move(batches), units};
}

}  // namespace luge::experiment
