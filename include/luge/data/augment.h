// Augmentations: random changes of training samples by name, such as mirrored or moved pictures.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "luge/data/record.h"
#include "luge/options.h"

namespace luge::data {

struct Motion;  // internal
class Dataset;
class Recipe;
class Step;

/// What an augmentation may draw from.
struct SampleKey {
  std::uint64_t key = 0;     ///< differs for each sample, epoch, seed and augmentation
  std::uint64_t sample = 0;  ///< the same for a sample in all epochs
  std::int64_t epoch = 0;    ///< the number of the epoch, from 0
  /// Returns the keys of the augmentation that follows in the same list.
  SampleKey next() const { return {key + 1, sample + 1, epoch}; }
};

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
  /// Returns the changed record of an augmentation that depends on what it did in earlier epochs.
  using EpochFunction = std::function<Record(Record record, const SampleKey& key)>;
  /// Returns the fields of the changed records from those before: another extent of the picture, for example.
  using Fields = std::function<Schema(const Schema& before)>;
  /// Makes an augmentation of your own. Without `fields` they are those of the first changed record, and what
  /// differs from record to record before may differ afterwards.
  Augmentation(std::string name, Function function, Fields fields = {})
      : Augmentation(
            std::move(name),
            [function = std::move(function)](Record record, const SampleKey& key) {
              return function(std::move(record), key.key);
            },
            std::move(fields)) {}
  /// Makes one that depends on the number of the epoch.
  Augmentation(std::string name, EpochFunction function, Fields fields = {})
      : name_(std::move(name)), function_(std::move(function)), fields_(std::move(fields)) {}
  /// Internal: makes one that moves pixels. Neighbors of this kind with the same options share one
  /// resampling.
  Augmentation(std::string name, std::shared_ptr<const Motion> motion);

  /// Returns the name, such as "flip".
  const std::string& name() const { return name_; }
  /// Returns the changed record of epoch 0. The same key gives the same record.
  Record operator()(Record record, std::uint64_t key) const;
  /// Returns the changed record of any epoch.
  Record operator()(Record record, const SampleKey& key) const;
  /// Returns the fields of the changed records, as far as they are known: Dataset::augment takes them from
  /// here.
  Schema fields(const Schema& before) const { return fields_ ? fields_(before) : Schema(); }
  /// Returns the augmentation with what is done instead to pictures that are not augmented, so that those of
  /// a validation or a prediction have the same extents: the names of augmentations that draw nothing, such
  /// as "center-crop(size=[28,28])" for a random crop.
  Augmentation with_evaluation(std::vector<std::string> names) const;
  /// Returns these names; most augmentations keep the extents and have none.
  const std::vector<std::string>& evaluation() const { return evaluation_; }
  /// Returns the augmentation as one that gives each pixel the value of another pixel, or 0, and computes
  /// nothing: it may be done before a scaling that keeps 0, with the same result.
  Augmentation that_copies() const;
  /// Returns true for such an augmentation.
  bool copies() const { return copies_; }
  /// Returns this augmentation followed by another one. Their random numbers are independent. Two that move
  /// pixels, such as "rotate" and "zoom", are one movement: pixels are resampled once and boxes are put
  /// around their things once.
  Augmentation then(const Augmentation& next) const;

 private:
  std::string name_;
  EpochFunction function_;
  Fields fields_;
  std::shared_ptr<const Motion> motion_;
  std::vector<std::string> evaluation_;
  bool copies_ = false;
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
/// Returns an augmentation by its name, such as "flip", "rotate" or "brightness"; augmentation_names lists
/// them, docs/guide/augmentation.md shows them. They change the field "input", or else "image", which is a
/// picture [channels,height,width]. Those that move pixels move a "mask" or "target" of the same height and
/// width, "boxes" with "labels", and "points" with it, as luge/data/picture_fields.h says. Those of color
/// take u8 and floating numbers. A record that has no such picture, or boxes that are not numbers, throws
/// ValueError, ShapeError or DTypeError. Throws ValueError for another name, and lists those that exist;
/// throws options::OptionError for an option that does not exist or is out of range.
Augmentation augmentation(const std::string& name, const options::Values& values = {});
/// Returns the line about the augmentation of this name. Throws ValueError as `augmentation` does.
std::string augmentation_description(const std::string& name);
/// Returns the names that `augmentation` takes.
std::vector<std::string> augmentation_names();

namespace steps {

/// The step of a recipe that gives pictures which are not augmented the extents of those that are: it does
/// what Augmentation::evaluation names. `after` are the fields of the augmented records. Pictures of their
/// extents pass unchanged. Returns null when `names` is empty or these extents are not known.
std::shared_ptr<const Step> pictures(const std::vector<std::string>& names, const Schema& after);

/// Returns data after the steps of a recipe that `pictures` made, and without the others: the inputs as the
/// rest of the recipe was fitted to them.
Dataset with_picture_sizes(const Recipe& recipe, const Dataset& data);
/// The way back from a picture after these steps, such as a letterbox, to the picture before them.
class BeforeSizes {
 public:
  /// Of a picture [channels,height,width]. Throws ValueError when the steps leave nothing of it from which the
  /// way back could be told.
  BeforeSizes(const Recipe& recipe, const Shape& picture);
  /// Returns boxes f32[n,4] that were found after the steps as they lie before them, cut off at the edges.
  HostArray boxes(HostArray found) const;
  /// The same for points f32[n,3]; the third number of each stays.
  HostArray points(HostArray found) const;

 private:
  struct Axis {
    float offset, scale, extent;
    float before(float after) const { return (after - offset) / scale; }
  };
  Axis axes_[2];  // x, y
};

}  // namespace steps

}  // namespace luge::data
