#include "core/registry.h"

#include "data/fingerprint.h"
#include "data/permutation.h"
#include "luge/data/augment.h"

namespace luge::data {
namespace {

Registry<Augmentation>& known() {
  static auto& registry = *new Registry<Augmentation>(
      {.one = "augmentation", .many = "augmentations", .key = "data.augment", .options_of_each = "augment"});
  return registry;
}

}  // namespace

// With the name, so that augmentations of one seed are independent.
Record Augmentation::operator()(Record record, std::uint64_t key) const {
  return function_(std::move(record), random_word(key, Fingerprint().add(name_).value(), 0));
}

Augmentation Augmentation::then(const Augmentation& next) const {
  // Another key for the second one, which may have the name of the first one.
  return {name_ + "," + next.name_, [first = *this, next](Record record, std::uint64_t key) {
            return next(first(std::move(record), key), key + 1);
          }};
}

bool add_augmentation(const std::string& name, const std::string& description,
                      options::Maker<Augmentation> make) {
  return known().add(name, description, std::move(make));
}

Augmentation augmentation(const std::string& name, const options::Values& values) {
  return known().make(name, values);
}

std::string augmentation_description(const std::string& name) { return known().member(name).description; }

std::vector<std::string> augmentation_names() { return known().names(); }

}  // namespace luge::data
