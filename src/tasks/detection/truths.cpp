#include "tasks/detection/truths.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "luge/data/picture_fields.h"
#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"

namespace luge::tasks {
namespace {

// More than this are cut to the surest before suppression, which compares each with each.
constexpr std::size_t kMostCandidates = 3000;

// The surest, in their order.
Candidates surest(const Candidates& all) {
  std::vector<std::size_t> order(all.scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return all.scores[a] > all.scores[b]; });
  order.resize(kMostCandidates);
  std::sort(order.begin(), order.end());
  Candidates few;
  for (const std::size_t k : order) {
    few.add({all.boxes[4 * k], all.boxes[4 * k + 1], all.boxes[4 * k + 2], all.boxes[4 * k + 3]},
            all.scores[k], all.labels[k]);
  }
  return few;
}

}  // namespace

Tensor Truths::corner(int k) const { return select(boxes, 2, k); }
Tensor Truths::width() const { return corner(2) - corner(0); }
Tensor Truths::height() const { return corner(3) - corner(1); }
Tensor Truths::center_x() const { return (corner(0) + corner(2)) / 2; }
Tensor Truths::center_y() const { return (corner(1) + corner(3)) / 2; }

Truths truths_of(const train::Pass& pass) {
  const std::string name(data::kBoxes);
  const Tensor boxes = cast(pass[name], f32), labels = cast(pass[data::kLabels], i64);
  const auto side = [&](int low) { return select(boxes, 2, low + 2) - select(boxes, 2, low); };
  Tensor valid = greater(side(0), 0) && greater(side(1), 0);
  // Without lengths all pictures have as many boxes.
  if (pass.batch().contains(name + kLengthEnd))
    valid = valid && less(iota_like(labels, 1), unsqueeze(pass[name + kLengthEnd], 1));
  const Tensor nothing = tensor<float>({0, 0, 1, 1}, {4});
  return {where(unsqueeze(valid, 2), boxes, nothing), where(valid, labels, zeros_like(labels)), valid};
}

void check_truths(const std::string& who, const data::HostBatch& batch, std::int64_t classes) {
  const Shape& picture = batch.input().field.shape;
  const data::HostArray &boxes = batch.values[data::kBoxes], &labels = batch.values[data::kLabels];
  const std::span<const float> corners = boxes.as<float>();
  const std::span<const std::int64_t> classes_of = labels.as<std::int64_t>();
  const data::HostArray* lengths = batch.values.find(std::string(data::kBoxes) + kLengthEnd);
  const auto most = static_cast<std::size_t>(boxes.field.shape[1]);
  for (std::size_t row = 0; row < static_cast<std::size_t>(batch.rows); ++row) {
    const std::size_t count = lengths ? static_cast<std::size_t>(lengths->as<std::int64_t>()[row]) : most;
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t at = row * most + k;
      const std::span<const float> box = corners.subspan(4 * at, 4);
      const auto refuse = [&](const std::string& problem) {
        throw ValueError(fmt::format("{}: {}: box {} is {},{},{},{}; {}", who,
                                     batch.where(static_cast<std::int64_t>(row)), k, box[0], box[1], box[2],
                                     box[3], problem));
      };
      if (!std::all_of(box.begin(), box.end(), [](float x) { return std::isfinite(x); }))
        refuse("expected finite numbers");
      if (!(box[0] < box[2] && box[1] < box[3])) refuse("expected x1 < x2 and y1 < y2");
      if (box[2] <= 0 || box[3] <= 0 || box[0] >= static_cast<float>(picture[3]) ||
          box[1] >= static_cast<float>(picture[2]))
        refuse(fmt::format("it lies outside of the picture of {}x{}", picture[3], picture[2]));
      if (classes_of[at] < 0 || (classes > 0 && classes_of[at] >= classes)) {
        throw IndexError(fmt::format("{}: {}: the label of box {} is {}; expected 0 to {} ({} classes)", who,
                                     batch.where(static_cast<std::int64_t>(row)), k, classes_of[at],
                                     classes - 1, classes));
      }
    }
  }
}

data::Record detections(const Candidates& candidates, const Shape& picture,
                        const metrics::SuppressionOptions& options) {
  const Candidates few = candidates.scores.size() > kMostCandidates ? surest(candidates) : candidates;
  const std::vector<metrics::Kept> kept = metrics::suppress(few.boxes, few.scores, few.labels, options);
  const auto count = static_cast<std::int64_t>(kept.size());
  data::HostArray boxes(data::Field{f32, {count, 4}}), scores(data::Field{f32, {count}}),
      labels(data::Field{i64, {count}});
  const float limits[2] = {static_cast<float>(picture[picture.rank() - 1]),
                           static_cast<float>(picture[picture.rank() - 2])};
  for (std::size_t at = 0; at < kept.size(); ++at) {
    for (std::size_t k = 0; k < 4; ++k)
      boxes.as<float>()[4 * at + k] = std::clamp(few.boxes[4 * kept[at].index + k], 0.0F, limits[k % 2]);
    scores.as<float>()[at] = static_cast<float>(kept[at].score);
    labels.as<std::int64_t>()[at] = few.labels[kept[at].index];
  }
  return {{std::string(data::kBoxes), std::move(boxes)},
          {"scores", std::move(scores)},
          {std::string(data::kLabels), std::move(labels)}};
}

}  // namespace luge::tasks
