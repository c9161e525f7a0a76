#include "metrics/box_records.h"

#include <fmt/format.h>

#include <optional>

#include "core/dispatch.h"
#include "core/whole.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"
#include "metrics/record_fields.h"

namespace luge::metrics {
namespace {

using data::kBoxes, data::kLabels;
constexpr std::string_view kScores = "scores";

struct Boxes {
  std::vector<Box> boxes;
  std::vector<std::int64_t> labels;
};

std::vector<std::int64_t> labels_of(const std::string& who, const data::HostArray& value,
                                    std::int64_t classes) {
  return dispatch(value.field.dtype, [&]<class T>() {
    std::vector<std::int64_t> labels;
    for (const T element : value.as<const T>()) {
      const std::optional<std::int64_t> label = as_whole(element);
      if (!label || *label < 0 || (classes > 0 && *label >= classes)) {
        throw IndexError(fmt::format("{}: {} in field '{}', position {}; expected a label{}", who,
                                     shown(value, labels.size()), kLabels, labels.size(),
                                     classes > 0 ? fmt::format(" 0 to {} ({} classes)", classes - 1, classes)
                                                 : ", a whole number from 0"));
      }
      labels.push_back(*label);
    }
    return labels;
  });
}

Boxes boxes_of(const std::string& who, const char* role, const data::Record& record, std::int64_t classes) {
  const data::HostArray& boxes = field_of(who, role, record, kBoxes, "boxes [n,4]");
  const data::HostArray& labels = field_of(who, role, record, kLabels, "a label for each box");
  const Shape& shape = boxes.field.shape;
  if (boxes.field.text || shape.rank() != 2 || shape[1] != 4 || labels.field.shape.elements() != shape[0]) {
    throw ShapeError(fmt::format("{}: the {} has '{}' {} and '{}' {}; expected [n,4] and [n]", who, role,
                                 kBoxes, boxes.field.to_string(), kLabels, labels.field.to_string()));
  }
  const std::vector<double> numbers = numbers_in(boxes);
  Boxes read{std::vector<Box>(numbers.size() / 4), labels_of(who, labels, classes)};
  for (std::size_t k = 0; k < numbers.size(); ++k) read.boxes[k / 4][k % 4] = numbers[k];
  return read;
}

// Whether an entry of a field "boxes.…" says yes, of each box.
std::vector<bool> flags_of(const std::string& who, const data::Record& truth, const char* flag,
                           std::size_t boxes) {
  std::vector<bool> flags(boxes);
  const std::string name = std::string(data::kOfBoxes) + flag;
  const data::HostArray* field = truth.find(name);
  if (!field) return flags;
  const std::vector<double> numbers = numbers_in(*field);
  if (numbers.size() != boxes) {
    throw ShapeError(fmt::format("{}: '{}' is {} for {} boxes; expected an entry for each box", who, name,
                                 field->field.to_string(), boxes));
  }
  for (std::size_t k = 0; k < boxes; ++k) flags[k] = numbers[k] != 0;
  return flags;
}

}  // namespace

std::vector<FoundBox> found_boxes(const std::string& who, const data::Record& prediction,
                                  std::int64_t classes) {
  const Boxes found = boxes_of(who, "prediction", prediction, classes);
  const data::HostArray& field = field_of(who, "prediction", prediction, kScores, "a score for each box");
  const std::vector<double> scores = numbers_in(field);
  if (scores.size() != found.boxes.size()) {
    throw ShapeError(fmt::format("{}: '{}' is {} for {} boxes; expected a score for each box", who, kScores,
                                 field.field.to_string(), found.boxes.size()));
  }
  std::vector<FoundBox> all;
  for (std::size_t k = 0; k < scores.size(); ++k) all.push_back({scores[k], found.boxes[k], found.labels[k]});
  return all;
}

std::vector<LabeledBox> true_boxes(const std::string& who, const data::Record& truth, std::int64_t classes) {
  const Boxes there = boxes_of(who, "truth", truth, classes);
  const std::vector<bool> difficult = flags_of(who, truth, "difficult", there.boxes.size()),
                          crowd = flags_of(who, truth, "crowd", there.boxes.size());
  std::vector<LabeledBox> all;
  for (std::size_t k = 0; k < there.boxes.size(); ++k)
    all.push_back({{there.boxes[k], difficult[k], crowd[k]}, there.labels[k]});
  return all;
}

}  // namespace luge::metrics
