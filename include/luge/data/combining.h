// Augmentations by name that make a sample of several, such as mosaic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "luge/data/dataset.h"
#include "luge/options.h"

namespace luge::data {

/// A random change of a record that looks at other records of the training data, too, and has a name.
///
///     const data::Dataset mixed = data::combining_augmentation("mosaic").apply(train, 1);
class CombiningAugmentation {
 public:
  /// Returns the changed record. The first one is the sample itself; `key` is the seed of the random numbers.
  using Function = std::function<Record(std::span<const Record> records, std::uint64_t key)>;
  /// Returns the fields of the changed records from those before.
  using Fields = std::function<Schema(const Schema& before)>;
  /// Makes one of your own, which gets `others` further records, 1 or more.
  CombiningAugmentation(std::string name, std::size_t others, Function function, Fields fields = {})
      : name_(std::move(name)), others_(others), function_(std::move(function)), fields_(std::move(fields)) {}

  /// Returns the name, such as "mosaic".
  const std::string& name() const { return name_; }
  /// Returns how many other records it gets.
  std::size_t others() const { return others_; }
  /// Returns the changed record. The same key gives the same record. Throws ValueError for another number of
  /// records than others() + 1.
  Record operator()(std::span<const Record> records, std::uint64_t key) const;
  /// Returns the samples after it: Dataset::combine with these records. Throws as that does.
  Dataset apply(const Dataset& data, std::uint64_t seed) const;

 private:
  std::string name_;
  std::size_t others_;
  Function function_;
  Fields fields_;
};

/// Registers one under a name that `combining_augmentation` and the shell take, with one line that says what
/// it does. Returns false when the name is taken, also by another kind of augmentation.
bool add_combining_augmentation(const std::string& name, const std::string& description,
                                options::Maker<CombiningAugmentation> make);
/// Returns one by its name. Throws ValueError for another name, and lists those that exist; throws
/// options::OptionError for an option that does not exist or is out of range.
///  - "mosaic" (Bochkovskiy et al. 2020): four pictures around a random point, each cut off there, with their
///    masks, boxes and points. The picture keeps its extents. Records that have one target for the whole
///    picture throw ValueError: which of the four it would be is not known.
CombiningAugmentation combining_augmentation(const std::string& name, const options::Values& values = {});
/// Returns the names that `combining_augmentation` takes.
std::vector<std::string> combining_augmentation_names();

}  // namespace luge::data
