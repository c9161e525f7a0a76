#include "luge/ops/boxes.h"

#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "support/op_case.h"

namespace luge::testing {
namespace {

// Corners and extents are drawn, so that all are boxes; some pairs touch and some do not.
OpCase overlap(std::string name, Overlap measure) {
  const auto box = [](const Tensor& corner, const Tensor& extent) {
    return concat({corner, corner + extent}, -1);
  };
  return {.name = name,
          .build =
              [=](const Tensors& in) {
                return Tensors{box_overlap(box(in[0], in[1]), box(in[2], in[3]), measure)};
              },
          .inputs = {{uniform({6, 2}, 0, 2), uniform({6, 2}, 0.5, 2), uniform({6, 2}, 0, 2),
                      uniform({6, 2}, 0.5, 2)},
                     {uniform({3, 1, 2}, 0, 3), uniform({3, 1, 2}, 0.5, 1), uniform({1, 4, 2}, 0, 3),
                      uniform({1, 4, 2}, 0.5, 1)},
                     {uniform({0, 2}), uniform({0, 2}), uniform({0, 2}), uniform({0, 2})}}};
}

const OpCases boxes = {overlap("box_overlap", Overlap::iou), overlap("box_overlap/giou", Overlap::giou),
                       overlap("box_overlap/diou", Overlap::diou),
                       overlap("box_overlap/ciou", Overlap::ciou)};

}  // namespace
}  // namespace luge::testing
