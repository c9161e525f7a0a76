#include "luge/loss/boxes.h"

#include <utility>

#include "loss/elementwise.h"
#include "luge/facts.h"
#include "luge/loss/example.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"

namespace luge::loss {
namespace {

const char* name_of(Overlap measure) {
  switch (measure) {
    case Overlap::iou: return "iou";
    case Overlap::giou: return "giou";
    case Overlap::diou: return "diou";
    case Overlap::ciou: return "ciou";
  }
  return "";
}

bool add_measure(Overlap measure, const char* description) {
  return add(name_of(measure), description, [measure] { return BoxOverlap(measure); });
}

const bool added_boxes[] = {
    add_measure(Overlap::iou, "1 minus the shared area of two boxes over the united one"),
    add_measure(Overlap::giou, "iou, and what the box around both holds besides them"),
    add_measure(Overlap::diou, "iou, and the distance of the centers"),
    add_measure(Overlap::ciou, "iou, the distance of the centers, and the proportions of the sides")};

// A box of the size of the true one, or of half its width, moved to the right.
Example of_moved_boxes(const Loss&) {
  const auto moved = [](double width) {
    return [width](const Tensor& x) {
      return unsqueeze(concat({x, full({1}, 0.0, f64), x + width, full({1}, 2.0, f64)}), 0);
    };
  };
  const Tensor truth = tensor({0.0, 0.0, 2.0, 2.0}, Shape{1, 4});
  return {"how far the box is moved", -4, 4, {{"2x2", truth, moved(2)}, {"1x2", truth, moved(1)}}};
}
const bool shown[] = {add_example("iou", of_moved_boxes), add_example("giou", of_moved_boxes),
                      add_example("diou", of_moved_boxes), add_example("ciou", of_moved_boxes)};

const bool told_boxes = facts::add(
    "loss",
    {{"iou",
      {.formula = "L = 1 - I/U, where I is the area that both boxes share and U the area of both together",
       .derivative = "∂L/∂y = (I·∂U/∂y - U·∂I/∂y)/U²; 0 for boxes that do not touch",
       .range = "[0, 1]",
       .use = "for boxes that already overlap the true ones."}},
     {"giou",
      {.formula = "L = 1 - I/U + (C - U)/C, where C is the area of the smallest box around both",
       .derivative = "∂L/∂y = ∂(1 - I/U)/∂y + (U·∂C/∂y - C·∂U/∂y)/C²",
       .range = "[0, 2]",
       .use = "for boxes that may lie apart: the space between them costs."}},
     {"diou",
      {.formula = "L = 1 - I/U + d²/c², where d is the distance of the centers and c the diagonal of the "
                  "smallest box around both",
       .derivative = "∂L/∂y = ∂(1 - I/U)/∂y + (c²·∂d²/∂y - d²·∂c²/∂y)/c⁴",
       .range = "[0, 2]",
       .use = "like giou, and faster: centers are drawn together directly."}},
     {"ciou",
      {.formula = "L = 1 - I/U + d²/c² + v²/(1 - I/U + v), where v = 4/π²·(atan(w/h) - atan(w*/h*))²",
       .derivative = "that of diou, and of the last term by the quotient rule",
       .range = "[0, 3)",
       .use = "the usual loss of boxes in detection: overlap, distance and proportions in one."}}});

}  // namespace

BoxOverlap::BoxOverlap(Overlap measure, Reduction reduction)
    : Loss(name_of(measure), reduction, [measure](const Tensor& prediction, const Tensor& target) {
        const Tensor truth = matched(name_of(measure), prediction, target);
        return Cost{mean_per_sample(1 - box_overlap(prediction, truth, measure)), {}};
      }) {}

}  // namespace luge::loss
