#include "tasks/detection/detector.h"

#include "luge/data/picture_fields.h"

namespace luge::tasks {
namespace {

// Average precision needs the unsure detections, too; below this they change nothing.
constexpr double kMeasuredScore = 0.001;

bool is_picture(const data::Field& field) { return !field.text && field.shape.rank() == 3; }
bool is_boxes(const data::Field& field) {
  return !field.text && field.shape.rank() == 2 && field.shape[1] == 4 && is_floating(field.dtype);
}
bool is_labels(const data::Field& field) {
  return !field.text && field.shape.rank() == 1 && is_integer(field.dtype);
}

}  // namespace

train::Needs detector_needs(std::string_view picture) {
  return {{std::string(picture), "pictures [channels,height,width]", is_picture},
          {std::string(data::kBoxes), "boxes [n,4]: x1, y1, x2, y2 in pixels", is_boxes},
          {std::string(data::kLabels), "the class of each box, whole numbers [n]", is_labels}};
}

metrics::SuppressionOptions suppression_of(const DetectorOptions& options, const data::HostBatch& batch) {
  const bool measured = batch.values.contains(data::kBoxes);
  return {.how = options.suppression,
          .overlap = options.overlap,
          .score = measured ? std::min(options.score, kMeasuredScore) : options.score,
          .most = options.most};
}

void check_fixed_loss(const std::string& who, const std::string& loss, const std::string& published) {
  if (loss::named(published).name() == loss) return;
  throw ValueError(fmt::format("{}: the loss is {}; as published it is {}; task=detection takes others", who,
                               loss, published));
}

HostMaps::HostMaps(const std::string& who, const NamedTensors& outputs, std::int64_t rows) {
  if (outputs.empty()) throw ValueError(fmt::format("{}: there are no outputs", who));
  for (const auto& [name, output] : outputs) maps_.emplace_back(who, output, rows);
}

}  // namespace luge::tasks
