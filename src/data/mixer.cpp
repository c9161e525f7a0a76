#include "data/mixer.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/dispatch.h"
#include "core/whole.h"
#include "data/permutation.h"
#include "luge/error.h"

namespace luge::data {
namespace {

const std::string& label_field() {
  static const auto& name = *new std::string(std::string(kTarget) + std::string(kLabelEnd));
  return name;
}

std::vector<float> numbers_of(const HostArray& value) {
  return dispatch(value.field.dtype, [&]<class T>() {
    std::vector<float> numbers;
    for (const T element : value.as<const T>()) numbers.push_back(convert_element<float>(element));
    return numbers;
  });
}

// The label of an element; -1 when it is none.
std::vector<std::int64_t> labels_of(const HostArray& value) {
  return dispatch(value.field.dtype, [&]<class T>() {
    std::vector<std::int64_t> labels;
    for (const T element : value.as<const T>()) labels.push_back(as_whole(element).value_or(-1));
    return labels;
  });
}

}  // namespace

Mixer::Mixer(BatchAugmentation augmentation, const MixOptions& options, const Schema& fields)
    : augmentation_(std::move(augmentation)), options_(options), fields_(fields) {
  const auto found = fields.find(kTarget);
  if (!found) return;  // an autoencoder has none
  has_target_ = true;
  const Field& target = fields[*found];
  const std::string& who = augmentation_.name();
  if (fields.find(std::string(kTarget) + ".length")) {
    throw ShapeError(fmt::format("{}: the field 'target' has different lengths; expected one shape", who));
  }
  if (options.targets == MixedTargets::numbers) {
    fields_.set(kTarget, {f32, target.shape});
    return;
  }
  if (options.targets == MixedTargets::answers) {
    fields_.set(kTarget, {f32, target.shape});
    fields_.set(label_field(), {i64, target.shape});
    return;
  }
  if (options.classes < 1) {
    throw ValueError(fmt::format("{}: classes is {}; expected the number of classes, at least 1, for labels",
                                 who, options.classes));
  }
  const bool single = target.shape.rank() == 1 || (target.shape.rank() == 2 && target.shape[1] == 1);
  if (!single) {
    throw ShapeError(
        fmt::format("{}: the targets are {}; expected one label for each sample, [rows]; leave "
                    "the augmentation out",
                    who, target.to_string()));
  }
  fields_.set(kTarget, {f32, {target.shape[0], options.classes}});
  fields_.set(label_field(), {i64, {target.shape[0]}});
}

// The target as float32: numbers and answers as they are, labels as shares of the classes.
HostArray Mixer::softened(const HostBatch& batch) const {
  const HostArray& target = batch.target();
  const std::vector<std::int64_t> labels = labels_of(target);
  const std::int64_t each = static_cast<std::int64_t>(labels.size()) / std::max<std::int64_t>(1, batch.rows);
  const auto check = [&](std::int64_t k, std::int64_t classes) {
    if (labels[static_cast<std::size_t>(k)] >= 0 && labels[static_cast<std::size_t>(k)] < classes) return;
    const double shown = numbers_of(target)[static_cast<std::size_t>(k)];
    throw IndexError(
        fmt::format("{}: label {} is not a class; expected a whole number 0 to {} ({} mixes {} "
                    "classes)",
                    batch.where(k / each), shown, classes - 1, augmentation_.name(), classes));
  };
  if (options_.targets != MixedTargets::shares) {
    HostArray soft(Field{f32, target.field.shape});
    const std::vector<float> numbers = numbers_of(target);
    std::copy(numbers.begin(), numbers.end(), soft.as<float>().begin());
    for (std::int64_t k = 0; options_.targets == MixedTargets::answers && k < std::ssize(labels); ++k)
      check(k, 2);
    return soft;
  }
  HostArray soft(Field{f32, {batch.rows, options_.classes}});
  for (std::int64_t row = 0; row < batch.rows; ++row) {
    check(row, options_.classes);
    soft.as<float>()[static_cast<std::size_t>(row * options_.classes +
                                              labels[static_cast<std::size_t>(row)])] = 1;
  }
  return soft;
}

// What has the largest share; of equal ones what was there `before`.
HostArray Mixer::labels(const HostArray& target, const HostArray& before) const {
  const auto now = target.as<const float>(), then = before.as<const float>();
  if (options_.targets == MixedTargets::answers) {
    HostArray labels(Field{i64, target.field.shape});
    for (std::size_t k = 0; k < now.size(); ++k)
      labels.as<std::int64_t>()[k] = now[k] == 0.5f ? then[k] > 0.5f : now[k] > 0.5f;
    return labels;
  }
  const std::int64_t rows = target.field.shape[0], classes = options_.classes;
  HostArray labels(Field{i64, {rows}});
  for (std::int64_t row = 0; row < rows; ++row) {
    std::int64_t best = row * classes;
    for (std::int64_t k = row * classes; k < (row + 1) * classes; ++k) {
      const auto share = now[static_cast<std::size_t>(k)], largest = now[static_cast<std::size_t>(best)];
      if (share > largest || (share == largest && then[static_cast<std::size_t>(k)] > 0)) best = k;
    }
    labels.as<std::int64_t>()[static_cast<std::size_t>(row)] = best - row * classes;
  }
  return labels;
}

void Mixer::mix(HostBatch& batch) const {
  const std::uint64_t key = sample_key(options_.seed, batch.epoch, batch.index);
  if (!has_target_) return augmentation_(batch, key);
  const HostArray before = softened(batch);
  batch.values.set(kTarget, before);
  augmentation_(batch, key);
  if (options_.targets != MixedTargets::numbers)
    batch.values.set(label_field(), labels(batch.target(), before));
}

}  // namespace luge::data
