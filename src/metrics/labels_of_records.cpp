#include "metrics/labels_of_records.h"

#include <fmt/format.h>

#include <set>

#include "core/dispatch.h"
#include "core/whole.h"
#include "luge/error.h"
#include "luge/ops/nn.h"
#include "luge/tensor.h"
#include "metrics/record_fields.h"

namespace luge::metrics {
namespace {

constexpr std::string_view kLabel = "label", kLabels = "labels", kMask = "mask";
constexpr std::int64_t kNoPrediction = -1;  // such as for outputs that are NaN

// The elements of a field, as far as they are whole numbers.
std::vector<std::optional<std::int64_t>> whole_numbers(const data::HostArray& value) {
  return dispatch(value.field.dtype, [&]<class T>() {
    std::vector<std::optional<std::int64_t>> all;
    for (const T element : value.as<const T>()) all.push_back(as_whole(element));
    return all;
  });
}

void check_sizes(const std::string& who, std::string_view name, const data::HostArray& label,
                 const data::HostArray& target) {
  if (label.field.shape.elements() == target.field.shape.elements()) return;
  throw ShapeError(
      fmt::format("{}: '{}' is {} and '{}' is {}; expected as many predicted labels as true ones", who, name,
                  label.field.to_string(), data::kTarget, target.field.to_string()));
}

[[noreturn]] void refuse(const std::string& who, std::string_view field, const data::HostArray& value,
                         std::size_t position, const std::string& expected) {
  throw IndexError(fmt::format("{}: {} in field '{}', position {}; expected {}", who, shown(value, position),
                               field, position, expected));
}

struct Expected {
  std::int64_t classes = 0;                  // 0: not known
  std::optional<std::int64_t> or_this = {};  // what is a label, too
};

std::vector<std::int64_t> labels_in(const std::string& who, std::string_view field,
                                    const data::HostArray& value, const Expected& expected) {
  std::vector<std::int64_t> labels;
  for (const std::optional<std::int64_t>& label : whole_numbers(value)) {
    const bool is_class = label && *label >= 0 && (expected.classes == 0 || *label < expected.classes);
    if (!is_class && !(label && label == expected.or_this)) {
      refuse(who, field, value, labels.size(),
             expected.classes > 0
                 ? fmt::format("a label 0 to {} ({} classes)", expected.classes - 1, expected.classes)
                 : "a label, a whole number from 0");
    }
    labels.push_back(*label);
  }
  return labels;
}

// The labels of the ones among zeros and ones.
std::set<std::int64_t> labels_of_ones(const std::string& who, std::string_view field,
                                      const data::HostArray& value, std::int64_t classes) {
  if (classes > 0 && value.field.shape.elements() != classes) {
    throw ShapeError(fmt::format("{}: '{}' is {}; expected 0 or 1 for each of {} classes", who, field,
                                 value.field.to_string(), classes));
  }
  std::set<std::int64_t> labels;
  std::size_t position = 0;
  for (const std::optional<std::int64_t>& answer : whole_numbers(value)) {
    if (answer != 0 && answer != 1) refuse(who, field, value, position, "0 or 1");
    if (answer == 1) labels.insert(static_cast<std::int64_t>(position));
    ++position;
  }
  return labels;
}

// Labels are i32 or i64; 0 and 1 for each class are of any other dtype.
std::set<std::int64_t> several_labels(const std::string& who, std::string_view field,
                                      const data::HostArray& value, std::int64_t classes) {
  if (value.field.dtype != i64 && value.field.dtype != i32) return labels_of_ones(who, field, value, classes);
  const std::vector<std::int64_t> list = labels_in(who, field, value, {.classes = classes});
  return {list.begin(), list.end()};
}

LabelPairs pairs_of_sets(const std::set<std::int64_t>& predicted, const std::set<std::int64_t>& actual) {
  LabelPairs pairs;
  for (const std::int64_t label : predicted)
    pairs.emplace_back(label, actual.contains(label) ? std::optional(label) : std::nullopt);
  for (const std::int64_t label : actual) {
    if (!predicted.contains(label)) pairs.emplace_back(std::nullopt, label);
  }
  return pairs;
}

}  // namespace

LabelPairs label_pairs(const std::string& who, const data::Record& prediction, const data::Record& truth,
                       std::int64_t classes, std::optional<std::int64_t> ignore_index) {
  const data::HostArray& target = field_of(who, "truth", truth, data::kTarget, "the true labels");
  if (const data::HostArray* several = prediction.find(kLabels)) {
    return pairs_of_sets(several_labels(who, kLabels, *several, classes),
                         several_labels(who, data::kTarget, target, classes));
  }
  // A class map is a label for each of its positions.
  const std::string_view name = !prediction.contains(kLabel) && prediction.contains(kMask) ? kMask : kLabel;
  const data::HostArray& label =
      field_of(who, "prediction", prediction, name,
               fmt::format("a label, nor '{}' with several or '{}' with a class map", kLabels, kMask));
  check_sizes(who, name, label, target);
  const auto predicted = labels_in(who, name, label, {classes, kNoPrediction}),
             actual = labels_in(who, data::kTarget, target, {classes, ignore_index});
  LabelPairs pairs;
  for (std::size_t k = 0; k < predicted.size(); ++k) {
    if (ignore_index && actual[k] == ignore_index) continue;
    pairs.emplace_back(predicted[k] == kNoPrediction ? std::nullopt : std::optional(predicted[k]), actual[k]);
  }
  return pairs;
}

std::set<std::int64_t> true_labels(const std::string& who, const data::Record& truth, std::int64_t classes,
                                   bool several) {
  const data::HostArray& target = field_of(who, "truth", truth, data::kTarget, "the true labels");
  if (several) return several_labels(who, data::kTarget, target, classes);
  if (target.field.shape.elements() != 1) {
    throw ShapeError(fmt::format("{}: '{}' is {}; expected one label for each sample", who, data::kTarget,
                                 target.field.to_string()));
  }
  const std::vector<std::int64_t> labels = labels_in(who, data::kTarget, target, {.classes = classes});
  return {labels.begin(), labels.end()};
}

}  // namespace luge::metrics
