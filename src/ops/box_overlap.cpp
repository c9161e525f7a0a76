// box_overlap: intersection over union of boxes, and what was made of it for boxes that do not touch.
#include <fmt/format.h>

#include <numbers>

#include "luge/error.h"
#include "luge/ops/boxes.h"
#include "luge/ops/compare.h"
#include "luge/ops/shape.h"
#include "ops/pair.h"

namespace luge {
namespace {

constexpr const char* kName = "box_overlap";

struct Corners {
  Tensor left, top, right, bottom;
  Tensor width() const { return maximum(right - left, 0); }
  Tensor height() const { return maximum(bottom - top, 0); }
  Tensor area() const { return width() * height(); }
};

void check_boxes(const Tensor& boxes) {
  if (boxes.rank() > 0 && boxes.extent(-1) == 4) return;
  throw ShapeError(fmt::format("{}: boxes are {}{}; expected [...,4]", kName, name(boxes.dtype()),
                               boxes.shape().to_string()));
}

Corners corners(const Tensor& boxes) {
  const auto corner = [&](int k) { return select(boxes, boxes.rank() - 1, k); };
  return {corner(0), corner(1), corner(2), corner(3)};
}

// 0 where there is nothing to divide by, also in the gradient.
Tensor ratio(const Tensor& part, const Tensor& whole) {
  const Tensor nothing = equal(whole, 0);
  return where(nothing, 0, part / where(nothing, 1, whole));
}

// Of a box without extents it is 0: the slope of atan2 there would be NaN.
Tensor angle(const Corners& box) {
  const Tensor width = box.width(), height = box.height();
  const Tensor nothing = logical_and(equal(width, 0), equal(height, 0));
  return atan2(width, where(nothing, 1, height));
}

// Two boxes, what they share, and the smallest one around both.
struct Two {
  Corners a, b, around;
  Tensor united, overlap;

  Two(const Tensor& first, const Tensor& second) : a(corners(first)), b(corners(second)) {
    const Corners shared{maximum(a.left, b.left), maximum(a.top, b.top), minimum(a.right, b.right),
                         minimum(a.bottom, b.bottom)};
    around = {minimum(a.left, b.left), minimum(a.top, b.top), maximum(a.right, b.right),
              maximum(a.bottom, b.bottom)};
    united = a.area() + b.area() - shared.area();
    overlap = ratio(shared.area(), united);
  }
  Tensor distance() const {
    const Tensor x = (a.left + a.right - b.left - b.right) / 2, y = (a.top + a.bottom - b.top - b.bottom) / 2;
    return ratio(square(x) + square(y), square(around.width()) + square(around.height()));
  }
  Tensor uncovered() const { return ratio(around.area() - united, around.area()); }
  Tensor proportions() const {
    const Tensor v = square(angle(a) - angle(b)) * (4 / (std::numbers::pi * std::numbers::pi));
    return ratio(square(v), 1 - overlap + v);
  }
};

Tensor measured(const Two& two, Overlap measure) {
  switch (measure) {
    case Overlap::iou: return two.overlap;
    case Overlap::giou: return two.overlap - two.uncovered();
    case Overlap::diou: return two.overlap - two.distance();
    case Overlap::ciou: return two.overlap - two.distance() - two.proportions();
  }
  return {};
}

}  // namespace

Tensor box_overlap(const Tensor& a, const Tensor& b, Overlap measure) {
  check_boxes(a);
  check_boxes(b);
  const Pair pair(kName, a, b);
  return pair.rounded(measured(Two(pair.prediction, pair.target), measure));
}

}  // namespace luge
