// Augmentations of whole batches by name: samples that are mixed with each other, and their targets with
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luge/options.h"

namespace luge::data {

struct HostBatch;

/// What the targets of mixed samples are.
enum class MixedTargets : std::uint8_t {
  numbers,  ///< numbers, which are mixed as they are
  shares,   ///< one label for each sample, which becomes shares of the classes: f32[rows,classes]
  answers   ///< 0 or 1 for each sample or class, which becomes a number between: f32
};

/// Options of Batches::mix.
struct MixOptions {
  std::uint64_t seed = 0;                        ///< of the random numbers
  MixedTargets targets = MixedTargets::numbers;  ///< what the targets are
  std::int64_t classes = 0;                      ///< the number of classes, for MixedTargets::shares
};

/// Ends the name of the field with the label that has the largest share of a mixed target, i64: in batches of
/// MixedTargets::shares and answers the field "target.label" is what metrics compare with.
inline constexpr std::string_view kLabelEnd = ".label";

/// A random change of whole batches that has a name. Batches::mix takes one.
///
///     const data::Batches mixed = train.shuffle().batch(64).mix(
///         data::batch_augmentation("mixup", {{"alpha", 0.2}}),
///         {.seed = 1, .targets = data::MixedTargets::shares, .classes = 10});
class BatchAugmentation {
 public:
  /// Changes a batch. `key` differs for each batch, epoch, seed and augmentation; use it as the seed of the
  /// random numbers. Targets are numbers, shares or answers, as MixOptions says.
  using Function = std::function<void(HostBatch& batch, std::uint64_t key)>;
  /// Makes an augmentation of your own.
  BatchAugmentation(std::string name, Function function)
      : name_(std::move(name)), function_(std::move(function)) {}

  /// Returns the name, such as "mixup".
  const std::string& name() const { return name_; }
  /// Changes a batch. The same key makes the same change.
  void operator()(HostBatch& batch, std::uint64_t key) const;
  /// Returns this augmentation followed by another one. Their random numbers are independent.
  BatchAugmentation then(const BatchAugmentation& next) const;

 private:
  std::string name_;
  Function function_;
};

/// Registers an augmentation of batches under a name that `batch_augmentation` and the shell take, with one
/// line that says what it does. `make` is a function that makes it, from a struct of its options if it has
/// any. Returns false when the name is taken, also by an augmentation of samples.
bool add_batch_augmentation(const std::string& name, const std::string& description,
                            options::Maker<BatchAugmentation> make);
/// Returns an augmentation of batches by its name. Throws ValueError for another name, and lists those that
/// exist; throws options::OptionError for an option that does not exist or is out of range.
///  - "mixup" (Zhang et al. 2018): each sample becomes λ·itself + (1-λ)·another one of the batch, and so do
///    target and "weight". λ is drawn from Beta(alpha, alpha) for each batch, as in the authors' code. It
///    changes the field "input" of any shape.
///  - "cutmix" (Yun et al. 2019): each picture [channels,height,width] gets a rectangle of another one of the
///    batch. Its sides are √(1-λ) of those of the picture, around a point that is uniform; what is outside
///    the picture is cut off. Targets and "weight" are mixed by the share of the pixels.
///
/// Both leave a batch alone with the probability 1-p. They take floating inputs and u8, which is rounded; for
/// inputs of other dtypes, such as ids, they throw DTypeError, for samples of different lengths ValueError,
/// and for what is not a picture ShapeError. Source: torchvision transforms.v2 MixUp and CutMix.
BatchAugmentation batch_augmentation(const std::string& name, const options::Values& values = {});
/// Returns the names that `batch_augmentation` takes.
std::vector<std::string> batch_augmentation_names();

}  // namespace luge::data
