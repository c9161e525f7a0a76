#include <fmt/format.h>

#include <map>
#include <variant>

#include "core/registry.h"
#include "data/augment/motion.h"
#include "data/fingerprint.h"
#include "data/permutation.h"
#include "luge/data/augment.h"
#include "luge/data/combining.h"
#include "luge/data/mix.h"
#include "luge/error.h"

namespace luge::data {
namespace {

using AnyAugmentation = std::variant<Augmentation, BatchAugmentation, CombiningAugmentation>;

Registry<AnyAugmentation>& known() {
  static auto& registry = *new Registry<AnyAugmentation>(
      {.one = "augmentation", .many = "augmentations", .key = "data.augment", .options_of_each = "augment"});
  return registry;
}

// What an augmentation changes.
enum class Changes : std::uint8_t { samples, batches, several };

// Of those that do not change single samples.
std::map<std::string, Changes, std::less<>>& kinds() {
  static auto& kinds = *new std::map<std::string, Changes, std::less<>>;
  return kinds;
}

Changes changes_of(std::string_view name) {
  const auto found = kinds().find(name);
  return found == kinds().end() ? Changes::samples : found->second;
}

std::vector<std::string> names_of(Changes changes) {
  std::vector<std::string> names;
  for (std::string& name : known().names()) {
    if (changes_of(name) == changes) names.push_back(std::move(name));
  }
  return names;
}

bool add(const std::string& name, const std::string& description, options::Maker<AnyAugmentation> make,
         Changes changes) {
  if (!known().add(name, description, std::move(make))) return false;
  if (changes != Changes::samples) kinds().emplace(name, changes);
  return true;
}

template <class Made>
Made made(const std::string& name, const options::Values& values) {
  AnyAugmentation any = known().make(name, values);
  if (auto* one = std::get_if<Made>(&any)) return std::move(*one);
  constexpr const char* kHow[] = {"single samples; augmentation makes it",
                                  "whole batches; batch_augmentation makes it",
                                  "samples with others of the data; combining_augmentation makes it"};
  throw ValueError(fmt::format("the augmentation '{}' changes {}", name, kHow[any.index()]));
}

// Augmentations of one seed are independent.
std::uint64_t key_of(const std::string& name, std::uint64_t key) {
  return random_word(key, Fingerprint().add(name).value(), 0);
}

}  // namespace

Record Augmentation::operator()(Record record, std::uint64_t key) const {
  return (*this)(std::move(record), SampleKey{key, key, 0});
}

Record Augmentation::operator()(Record record, const SampleKey& key) const {
  return function_(std::move(record), {key_of(name_, key.key), key_of(name_, key.sample), key.epoch});
}

void BatchAugmentation::operator()(HostBatch& batch, std::uint64_t key) const {
  function_(batch, key_of(name_, key));
}

Augmentation::Augmentation(std::string name, std::shared_ptr<const Motion> motion)
    : name_(std::move(name)), motion_(std::move(motion)) {
  function_ = [who = name_, motion = motion_](Record record, const SampleKey& key) {
    return moved(who, *motion, std::move(record), key.key);
  };
  fields_ = [](const Schema& before) { return moved_fields(before, true); };
}

Augmentation Augmentation::with_evaluation(std::vector<std::string> names) const {
  Augmentation result = *this;
  result.evaluation_ = std::move(names);
  return result;
}

Augmentation Augmentation::that_copies() const {
  Augmentation result = *this;
  result.copies_ = true;
  return result;
}

Augmentation Augmentation::then(const Augmentation& next) const {
  // Another key for the second one, which may have the name of the first one.
  const std::string name = name_ + "," + next.name_;
  if (motion_ && next.motion_ && motion_->options == next.motion_->options) {
    const auto draw = [first = motion_, second = next.motion_, one = name_, two = next.name_](
                          const Extent& extent, std::uint64_t key) -> std::optional<Matrix> {
      const auto before = first->draw(extent, key_of(one, key)),
                 after = second->draw(extent, key_of(two, key + 1));
      return before && after ? *after * *before : after ? after : before;
    };
    return {name, std::make_shared<const Motion>(Motion{motion_->options, draw})};
  }
  Fields fields;
  if (fields_ || next.fields_) {
    // Of one without, what is known stays as it was: most keep the shapes.
    fields = [first = fields_, second = next.fields_](const Schema& before) {
      const Schema between = first ? first(before) : before;
      return second ? second(between) : between;
    };
  }
  std::vector<std::string> evaluation = evaluation_;
  evaluation.insert(evaluation.end(), next.evaluation_.begin(), next.evaluation_.end());
  const Augmentation both = Augmentation(
                                name,
                                [first = *this, next](Record record, const SampleKey& key) {
                                  return next(first(std::move(record), key), key.next());
                                },
                                fields)
                                .with_evaluation(std::move(evaluation));
  return copies_ && next.copies_ ? both.that_copies() : both;
}

BatchAugmentation BatchAugmentation::then(const BatchAugmentation& next) const {
  return {name_ + "," + next.name_, [first = *this, next](HostBatch& batch, std::uint64_t key) {
            first(batch, key);
            next(batch, key + 1);
          }};
}

Record CombiningAugmentation::operator()(std::span<const Record> records, std::uint64_t key) const {
  if (records.size() != others_ + 1) {
    throw ValueError(fmt::format("augmentation {}: {} records were given; expected {}", name_, records.size(),
                                 others_ + 1));
  }
  return function_(records, key_of(name_, key));
}

Dataset CombiningAugmentation::apply(const Dataset& data, std::uint64_t seed) const {
  return data.combine(
      *this, {.others = others_, .seed = seed, .fields = fields_ ? fields_(data.info().fields) : Schema()});
}

bool add_augmentation(const std::string& name, const std::string& description,
                      options::Maker<Augmentation> make) {
  return add(name, description, std::move(make), Changes::samples);
}

bool add_batch_augmentation(const std::string& name, const std::string& description,
                            options::Maker<BatchAugmentation> make) {
  return add(name, description, std::move(make), Changes::batches);
}

bool add_combining_augmentation(const std::string& name, const std::string& description,
                                options::Maker<CombiningAugmentation> make) {
  return add(name, description, std::move(make), Changes::several);
}

Augmentation augmentation(const std::string& name, const options::Values& values) {
  return made<Augmentation>(name, values);
}

BatchAugmentation batch_augmentation(const std::string& name, const options::Values& values) {
  return made<BatchAugmentation>(name, values);
}

CombiningAugmentation combining_augmentation(const std::string& name, const options::Values& values) {
  return made<CombiningAugmentation>(name, values);
}

std::string augmentation_description(const std::string& name) { return known().member(name).description; }

std::vector<std::string> augmentation_names() { return names_of(Changes::samples); }
std::vector<std::string> batch_augmentation_names() { return names_of(Changes::batches); }
std::vector<std::string> combining_augmentation_names() { return names_of(Changes::several); }

}  // namespace luge::data
