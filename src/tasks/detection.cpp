// detection: boxes around things in pictures, and their classes. Each cell of some maps has boxes that start
// from anchors. Source: the losses and the assignment of YOLOv5 (Jocher 2020), complete iou (Zheng et al.
// 2020).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/ops/boxes.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "tasks/detection/anchored.h"
#include "tasks/detection/assign.h"

namespace luge::tasks {
namespace {

struct DetectionOptions : AnchoredOptions {
  DetectionOptions() : AnchoredOptions{"ciou"} {}
  double box = 1, objectness = 4, classes = 0.5, ratio = 4;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("box", self.box, "weight of the loss of boxes", options::at_least(0));
    field("objectness", self.objectness, "weight of the loss of whether there is something",
          options::at_least(0), options::elsewhere({"obj"}));
    field("classes", self.classes, "weight of the loss of classes", options::at_least(0),
          options::elsewhere({"cls"}));
    field("ratio", self.ratio,
          "sides of a box and of the anchors that learn it differ by a factor below this", options::above(1));
  }
};

// Fine maps have more cells, and few of them hold something: their mean counts more.
double balance_of(const Grid& grid, std::size_t scale) {
  constexpr double kBalance[] = {4, 1, 0.4};
  return grid.scales.size() == 1 ? 1 : kBalance[std::min<std::size_t>(scale, 2)];
}

// The corners of the boxes of pairs, in cells: a center up to half a cell outside of its cell, sides up to
// four times those of the anchor.
Tensor corners_in_cells(const Tensor& numbers, const Pairs& pairs) {
  const auto at = [&](int k) { return 2 * sigmoid(select(numbers, 2, k)); };
  const Tensor x = at(0) - 0.5 + pairs.cell_x, y = at(1) - 0.5 + pairs.cell_y;
  const Tensor width = square(at(2)) * pairs.anchor_width / pairs.cell_width / 2,
               height = square(at(3)) * pairs.anchor_height / pairs.cell_height / 2;
  return stack({x - width, y - height, x + width, y + height}, 2);
}

Tensor truth_in_cells(const Pairs& pairs) {
  return pairs.truth / stack({pairs.cell_width, pairs.cell_height, pairs.cell_width, pairs.cell_height}, 2);
}

class Detection final : public Anchored<Detection, DetectionOptions> {
 public:
  static constexpr const char* kName = "detection";
  static constexpr const char* kDescription = "finds things in pictures: a box, a class and a score for each";
  using Anchored::Anchored;

  std::vector<train::Objective> objectives(const nn::Model&) const override {
    return {{.describes = describes(),
             .loss = [this_ = *this](const train::Pass& pass) { return this_.cost(pass); }}};
  }

  static void decode(const Grid& grid, std::size_t anchor, std::int64_t row, std::int64_t column,
                     std::span<const float> numbers, float (&corners)[4]) {
    const Scale& scale = grid.scale_of(anchor);
    const auto twice = [&](std::size_t k) { return 2.0 * static_cast<double>(logistic(numbers[k])); };
    const double x = (twice(0) - 0.5 + static_cast<double>(column)) * scale.cell_width,
                 y = (twice(1) - 0.5 + static_cast<double>(row)) * scale.cell_height;
    const double width = twice(2) * twice(2) * grid.anchors[anchor].width / 2,
                 height = twice(3) * twice(3) * grid.anchors[anchor].height / 2;
    const double all[] = {x - width, y - height, x + width, y + height};
    std::copy(std::begin(all), std::end(all), std::begin(corners));
  }

 private:
  train::LossTerm cost(const train::Pass& pass) const {
    const Grid grid = grid_for(pass);
    const Tensor numbers = numbers_of(pass.outputs(), grid);
    const Pairs pairs = near_anchors(grid, truths_of(pass), options_.ratio);
    const Tensor own = at_pairs(numbers, pairs), weight = cast(pairs.valid, f32);
    const Tensor corners = corners_in_cells(own, pairs), truth = truth_in_cells(pairs);
    const Tensor of_boxes =
        loss::Loss::mean(loss().sums(flatten(corners, 0, 1), flatten(truth, 0, 1), flatten(weight)));
    // How well a box covers its truth is what its objectness shall say.
    const Tensor overlap = clamp(stop_gradient(box_overlap(corners, truth, Overlap::ciou)), 0, 1);
    const Tensor objectness = select(numbers, 2, 4);
    const Tensor wanted = scatter(zeros_like(objectness), pairs.position, where(pairs.valid, overlap, 0), 1,
                                  ScatterReduction::max);
    const Tensor costs = binary_cross_entropy_with_logits(objectness, stop_gradient(wanted));
    Tensor of_objectness = zeros({});
    for (std::size_t k = 0; k < grid.scales.size(); ++k) {
      const Scale& scale = grid.scales[k];
      of_objectness =
          of_objectness +
          mean(slice(costs, 1, scale.first, scale.first + grid.each * scale.cells())) * balance_of(grid, k);
    }
    Tensor all = cast(of_boxes, f32) * options_.box + of_objectness * options_.objectness;
    if (grid.classes() > 1) {
      const Tensor logits = slice(own, 2, 5, grid.numbers);
      const Tensor each =
          mean(binary_cross_entropy_with_logits(logits, one_hot(pairs.label, grid.classes())), 2);
      all = all + sum(each * weight) / maximum(sum(weight), 1) * options_.classes;
    }
    return of_pictures(all, pass);
  }
};

const bool added_detection = Detection::add();

}  // namespace
}  // namespace luge::tasks
