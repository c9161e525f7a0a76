// Augmentations: random changes of training samples by name, such as mirrored or moved pictures.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "luge/data/record.h"
#include "luge/options.h"

namespace luge::data {

/// A random change of records that has a name. Dataset::augment takes one.
///
///     const data::Augmentation moved = data::augmentation("shift", {{"pixels", 2}});
///     auto batches = data::mnist().train.augment(moved.then(data::augmentation("noise")),
///     1).shuffle().batch(64);
class Augmentation {
 public:
  /// Returns the changed record. `key` differs for each sample, epoch, seed and augmentation; use it as the
  /// seed of the random numbers.
  using Function = std::function<Record(Record record, std::uint64_t key)>;
  /// Makes an augmentation of your own.
  Augmentation(std::string name, Function function)
      : name_(std::move(name)), function_(std::move(function)) {}

  /// Returns the name, such as "flip".
  const std::string& name() const { return name_; }
  /// Returns the changed record. The same key gives the same record.
  Record operator()(Record record, std::uint64_t key) const;
  /// Returns this augmentation followed by another one. Their random numbers are independent.
  Augmentation then(const Augmentation& next) const;

 private:
  std::string name_;
  Function function_;
};

/// Registers an augmentation under a name that `augmentation` and the shell take, with one line that says
/// what it does. `make` is a function that makes it, from a struct of its options if it has any. Returns
/// false when the name is taken.
///
///     const bool added = data::add_augmentation(
///         "darken", "makes pictures darker by a random factor", [](const DarkenOptions& options) {
///           return data::Augmentation("darken", [options](data::Record record, std::uint64_t key) { … });
///         });
bool add_augmentation(const std::string& name, const std::string& description,
                      options::Maker<Augmentation> make);
/// Returns an augmentation by its name: "flip", "shift", "noise" or "erase". They change the field "input",
/// or else "image", which is a picture [channels,height,width] of any numbers; flip and shift move a "mask"
/// or "target" of the same height and width with it. A record that has no such picture throws ValueError or
/// ShapeError. Throws ValueError for another name, and lists those that exist; throws options::OptionError
/// for an option that does not exist or is out of range.
Augmentation augmentation(const std::string& name, const options::Values& values = {});
/// Returns the line about the augmentation of this name. Throws ValueError as `augmentation` does.
std::string augmentation_description(const std::string& name);
/// Returns the names that `augmentation` takes.
std::vector<std::string> augmentation_names();

}  // namespace luge::data
