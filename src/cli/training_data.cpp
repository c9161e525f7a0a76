#include "cli/training_data.h"

#include <fmt/format.h>

#include "cli/task.h"
#include "luge/data/normalizer.h"

namespace luge::cli {
namespace {

bool is_truth_table(const std::string& name) { return name == "xor" || name == "and" || name == "or"; }

data::Scaling scaling_for(const Arguments& arguments, const Data& data) {
  // Configurations written by earlier versions spell it this way.
  if (arguments.text("data.normalize") == "standardise") return data::Scaling::standardize;
  const std::string wanted = arguments.choice("data.normalize", {"auto", "none", "standardize", "min-max"});
  if (wanted != "auto") return data::scaling_named(wanted);
  return is_truth_table(data.name) ? data::Scaling::none : data::Scaling::standardize;
}

data::Batches prefetched(const Arguments& arguments, const data::Batches& batches) {
  const std::string workers = arguments.text("data.workers");
  if (workers == "auto") return batches.prefetch({.workers = data::PrefetchOptions::automatic});
  try {
    return batches.prefetch({.workers = static_cast<int>(arguments.integer("data.workers", 0))});
  } catch (const ValueError& error) {
    throw Misuse(fmt::format("luge {}: {}={}: {}", arguments.command(), arguments.shown("data.workers"),
                             workers, error.what()));
  }
}

}  // namespace

std::pair<data::Dataset, data::Dataset> training_parts(const Arguments& arguments, const Data& whole) {
  double share = arguments.share("data.validation_split");
  if (is_truth_table(whole.name) || static_cast<double>(whole.train.size()) * share < 1) share = 0;
  return whole.train.split(1 - share,
                           {.seed = static_cast<std::uint64_t>(arguments.integer("train.seed", 0))});
}

TrainingData load_training_data(Arguments& arguments, const models::Entry& entry) {
  const auto seed = static_cast<std::uint64_t>(arguments.integer("train.seed", 0));
  Data whole = load_data(arguments, arguments.text("data.name"), wanted_targets(arguments, entry));
  settle_task(arguments, entry, whole);
  auto [fit, valid] = training_parts(arguments, whole);
  const data::Affine scaling = data::fit_scaling(fit, scaling_for(arguments, whole));
  fit = fit.affine(scaling);
  std::optional<data::Dataset> held_back;
  if (valid.size() > 0) held_back = valid.affine(scaling);
  const data::Dataset ordered = arguments.flag("data.shuffle") ? fit.shuffle({.seed = seed}) : fit;
  data::Batches batches = prefetched(arguments, ordered.batch(arguments.integer("train.batch", 1)));
  const data::Affine targets = target_scaling(arguments, entry, whole, fit);
  return {std::move(whole), std::move(fit), std::move(held_back), std::move(batches), targets};
}

}  // namespace luge::cli
