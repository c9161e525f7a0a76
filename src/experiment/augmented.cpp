#include "experiment/augmented.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <variant>

#include "luge/data/augment.h"
#include "luge/data/combining.h"
#include "luge/data/mix.h"
#include "luge/error.h"

namespace luge::experiment {
namespace {

// Augmentations of samples that follow each other are one; one of several samples is its own.
using Part = std::variant<data::Augmentation, data::CombiningAugmentation>;

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<Part> parts_of(const Config& config) {
  std::vector<Part> parts;
  if (!config.knows("data.augment")) return parts;
  for (const Choice& each : config.all_chosen("augmentation")) {
    if (changes_batches(each)) continue;
    if (is_among(data::combining_augmentation_names(), each.name)) {
      parts.emplace_back(data::combining_augmentation(each.name, each.values));
      continue;
    }
    const data::Augmentation next = data::augmentation(each.name, each.values);
    auto* before = parts.empty() ? nullptr : std::get_if<data::Augmentation>(&parts.back());
    if (before) {
      *before = before->then(next);
    } else {
      parts.emplace_back(next);
    }
  }
  return parts;
}

data::Dataset applied(const Part& part, const data::Dataset& data, std::uint64_t seed) {
  if (const auto* combining = std::get_if<data::CombiningAugmentation>(&part))
    return combining->apply(data, seed);
  return data.augment(std::get<data::Augmentation>(part), seed);
}

}  // namespace

bool changes_batches(const Choice& augmentation) {
  return is_among(data::batch_augmentation_names(), augmentation.name);
}

data::Dataset augmented(const Config& config, const data::Dataset& fit, std::uint64_t seed) {
  if (fit.size() == 0) return fit;
  try {
    data::Dataset result = fit;
    // Parts of one name, with another kind between them, must not draw the same numbers.
    constexpr std::uint64_t kNext = 0x9e3779b97f4a7c15;
    for (const Part& part : parts_of(config)) {
      result = applied(part, result, seed);
      seed += kNext;
    }
    return result;
  } catch (const Error& error) {
    throw ValueError(fmt::format("{}: {}", config.said("data.augment"), error.what()));
  }
}

data::Recipe picture_sizes(const Config& config, const data::Dataset& fit) {
  std::vector<std::string> names;
  data::Schema fields = fit.info().fields;
  for (const Part& part : parts_of(config)) {
    const auto* samples = std::get_if<data::Augmentation>(&part);
    if (!samples) continue;  // a mosaic keeps the extents
    names.insert(names.end(), samples->evaluation().begin(), samples->evaluation().end());
    for (const auto& [name, field] : samples->fields(fields)) fields.set(name, field);
  }
  data::StepRef step = data::steps::pictures(names, fields);
  return step ? data::Recipe({std::move(step)}).fit(fit) : data::Recipe();
}

}  // namespace luge::experiment
