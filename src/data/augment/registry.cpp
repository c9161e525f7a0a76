#include <fmt/format.h>

#include <set>
#include <variant>

#include "core/registry.h"
#include "data/fingerprint.h"
#include "data/permutation.h"
#include "luge/data/augment.h"
#include "luge/data/mix.h"
#include "luge/error.h"

namespace luge::data {
namespace {

using AnyAugmentation = std::variant<Augmentation, BatchAugmentation>;

Registry<AnyAugmentation>& known() {
  static auto& registry = *new Registry<AnyAugmentation>(
      {.one = "augmentation", .many = "augmentations", .key = "data.augment", .options_of_each = "augment"});
  return registry;
}

// The names of those of batches.
std::set<std::string>& of_batches() {
  static auto& names = *new std::set<std::string>;
  return names;
}

std::vector<std::string> names_of(bool batches) {
  std::vector<std::string> names;
  for (std::string& name : known().names()) {
    if (of_batches().contains(name) == batches) names.push_back(std::move(name));
  }
  return names;
}

// Augmentations of one seed are independent.
std::uint64_t key_of(const std::string& name, std::uint64_t key) {
  return random_word(key, Fingerprint().add(name).value(), 0);
}

}  // namespace

Record Augmentation::operator()(Record record, std::uint64_t key) const {
  return function_(std::move(record), key_of(name_, key));
}

void BatchAugmentation::operator()(HostBatch& batch, std::uint64_t key) const {
  function_(batch, key_of(name_, key));
}

Augmentation Augmentation::then(const Augmentation& next) const {
  // Another key for the second one, which may have the name of the first one.
  return {name_ + "," + next.name_, [first = *this, next](Record record, std::uint64_t key) {
            return next(first(std::move(record), key), key + 1);
          }};
}

BatchAugmentation BatchAugmentation::then(const BatchAugmentation& next) const {
  return {name_ + "," + next.name_, [first = *this, next](HostBatch& batch, std::uint64_t key) {
            first(batch, key);
            next(batch, key + 1);
          }};
}

bool add_augmentation(const std::string& name, const std::string& description,
                      options::Maker<Augmentation> make) {
  return known().add(name, description, std::move(make));
}

bool add_batch_augmentation(const std::string& name, const std::string& description,
                            options::Maker<BatchAugmentation> make) {
  if (!known().add(name, description, std::move(make))) return false;
  of_batches().insert(name);
  return true;
}

Augmentation augmentation(const std::string& name, const options::Values& values) {
  AnyAugmentation made = known().make(name, values);
  if (auto* one = std::get_if<Augmentation>(&made)) return std::move(*one);
  throw ValueError(
      fmt::format("the augmentation '{}' changes whole batches; batch_augmentation makes it", name));
}

BatchAugmentation batch_augmentation(const std::string& name, const options::Values& values) {
  AnyAugmentation made = known().make(name, values);
  if (auto* one = std::get_if<BatchAugmentation>(&made)) return std::move(*one);
  throw ValueError(fmt::format("the augmentation '{}' changes single samples; augmentation makes it", name));
}

std::string augmentation_description(const std::string& name) { return known().member(name).description; }

std::vector<std::string> augmentation_names() { return names_of(false); }
std::vector<std::string> batch_augmentation_names() { return names_of(true); }

}  // namespace luge::data
