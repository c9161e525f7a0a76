// yolo-v3: detection as it was published. Each true box is learned by the one anchor of all maps that fits it
// best; boxes that overlap a truth without being that one learn nothing about objectness. Source: Redmon and
// Farhadi 2018, YOLOv3.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/ops/boxes.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "tasks/detection/anchored.h"
#include "tasks/detection/assign.h"

namespace luge::tasks {
namespace {

constexpr const char* kLoss = "binary-cross-entropy";

struct YoloV3Options : AnchoredOptions {
  YoloV3Options() : AnchoredOptions{kLoss} {}
  double ignore = 0.5;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("ignore", self.ignore,
          "the overlap with a true box above which a box need not say that nothing is there",
          options::within(0, 1), options::elsewhere({"ignore_thresh"}));
  }
};

// The corners of all boxes, in pixels: f32 [rows,positions,4].
Tensor corners_of(const Tensor& numbers, const Grid& grid) {
  const auto constant = [&](const auto& number) { return by_position(grid, number); };
  const auto at = [&](int k) { return select(numbers, 2, k); };
  const Tensor column = constant([](std::size_t, std::int64_t, std::int64_t x) { return x; }),
               row = constant([](std::size_t, std::int64_t y, std::int64_t) { return y; });
  const auto cell = [&](auto member) {
    return constant(
        [&grid, member](std::size_t k, std::int64_t, std::int64_t) { return grid.scale_of(k).*member; });
  };
  const auto anchor = [&](auto member) {
    return constant(
        [&grid, member](std::size_t k, std::int64_t, std::int64_t) { return grid.anchors[k].*member; });
  };
  const Tensor x = (sigmoid(at(0)) + column) * cell(&Scale::cell_width),
               y = (sigmoid(at(1)) + row) * cell(&Scale::cell_height);
  const Tensor width = exp(at(2)) * anchor(&data::BoxExtent::width) / 2,
               height = exp(at(3)) * anchor(&data::BoxExtent::height) / 2;
  return stack({x - width, y - height, x + width, y + height}, 2);
}

class YoloV3 final : public Anchored<YoloV3, YoloV3Options> {
 public:
  static constexpr const char* kName = "yolo-v3";
  static constexpr const char* kDescription = "finds things in pictures as YOLOv3 was published";
  explicit YoloV3(YoloV3Options options) : Anchored(std::move(options)) {
    check_fixed_loss(kName, describes(), kLoss);
  }

  std::vector<train::Objective> objectives(const nn::Model&) const override {
    return {{.describes = describes(), .loss = [this_ = *this](const train::Pass& pass) {
               return train::LossTerm::mean(this_.costs(pass));
             }}};
  }

  static void decode(const Grid& grid, std::size_t anchor, std::int64_t row, std::int64_t column,
                     std::span<const float> numbers, float (&corners)[4]) {
    const Scale& scale = grid.scale_of(anchor);
    const double x = (static_cast<double>(logistic(numbers[0])) + static_cast<double>(column)) *
                     scale.cell_width,
                 y = (static_cast<double>(logistic(numbers[1])) + static_cast<double>(row)) *
                     scale.cell_height;
    const double width = std::exp(static_cast<double>(numbers[2])) * grid.anchors[anchor].width / 2,
                 height = std::exp(static_cast<double>(numbers[3])) * grid.anchors[anchor].height / 2;
    const double all[] = {x - width, y - height, x + width, y + height};
    std::copy(std::begin(all), std::end(all), std::begin(corners));
  }

 private:
  // Of each picture the sum over its boxes.
  Tensor costs(const train::Pass& pass) const {
    const Grid grid = grid_for(pass);
    const Tensor numbers = numbers_of(pass.outputs(), grid);
    const Truths truths = truths_of(pass);
    const Pairs pairs = best_anchors(grid, truths);
    const Tensor own = at_pairs(numbers, pairs);
    const Tensor of_boxes = box_costs(own, pairs, pass[data::kInput].shape());
    const Tensor labels = one_hot(pairs.label, grid.classes());
    const Tensor of_classes =
        sum(binary_cross_entropy_with_logits(slice(own, 2, 5, grid.numbers), labels), 2);
    const Tensor of_pairs = where(pairs.valid, of_boxes + of_classes, 0);
    return sum(of_pairs, 1) + sum(objectness_costs(numbers, grid, truths, pairs), 1);
  }

  // Small boxes count more: a pixel is more to them.
  static Tensor box_costs(const Tensor& own, const Pairs& pairs, const Shape& pictures) {
    const auto at = [&](int k) { return select(own, 2, k); };
    const auto corner = [&](int k) { return select(pairs.truth, 2, k); };
    const Tensor width = corner(2) - corner(0), height = corner(3) - corner(1);
    const Tensor x = (corner(0) + corner(2)) / 2 / pairs.cell_width - pairs.cell_x,
                 y = (corner(1) + corner(3)) / 2 / pairs.cell_height - pairs.cell_y;
    const Tensor centers =
        binary_cross_entropy_with_logits(at(0), x) + binary_cross_entropy_with_logits(at(1), y);
    const Tensor sides =
        square(at(2) - log(width / pairs.anchor_width)) + square(at(3) - log(height / pairs.anchor_height));
    const auto area = static_cast<double>(pictures[2] * pictures[3]);
    return (centers + sides / 2) * (2 - width * height / area);
  }

  Tensor objectness_costs(const Tensor& numbers, const Grid& grid, const Truths& truths,
                          const Pairs& pairs) const {
    const Tensor objectness = select(numbers, 2, 4);
    const Tensor learns =
        scatter(zeros_like(objectness), pairs.position, cast(pairs.valid, f32), 1, ScatterReduction::max);
    const Tensor corners = unsqueeze(stop_gradient(corners_of(numbers, grid)), 2);
    const Tensor overlap =
        where(unsqueeze(truths.valid, 1), box_overlap(corners, unsqueeze(truths.boxes, 1)), 0);
    const Tensor counts = greater(learns, 0) || less_equal(max(overlap, 2), options_.ignore);
    return where(counts, binary_cross_entropy_with_logits(objectness, learns), 0);
  }
};

const bool added_yolo_v3 = YoloV3::add();

}  // namespace
}  // namespace luge::tasks
