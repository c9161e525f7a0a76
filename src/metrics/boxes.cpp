// iou, generalized_iou, distance_iou and complete_iou: how far boxes overlap.
#include <fmt/format.h>

#include <numbers>

#include "luge/error.h"
#include "luge/metrics/detection.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"

namespace luge::metrics {
namespace {

struct Corners {
  Tensor left, top, right, bottom;
  Tensor width() const { return maximum(right - left, 0); }
  Tensor height() const { return maximum(bottom - top, 0); }
  Tensor area() const { return width() * height(); }
};

Corners corners(const char* who, const Tensor& boxes) {
  if (boxes.rank() == 0 || boxes.extent(-1) != 4 || !is_floating(boxes.dtype())) {
    throw ShapeError(fmt::format("{}: boxes are {}{}; expected floating [...,4]", who, name(boxes.dtype()),
                                 boxes.shape().to_string()));
  }
  const auto corner = [&](int k) { return select(boxes, boxes.rank() - 1, k); };
  return {corner(0), corner(1), corner(2), corner(3)};
}

// 0 where there is nothing to divide by, also in the gradient.
Tensor ratio(const Tensor& part, const Tensor& whole) {
  const Tensor nothing = equal(whole, 0);
  return where(nothing, 0, part / where(nothing, 1, whole));
}

// Two boxes, what they share, and the smallest one around both.
struct Pair {
  Corners a, b, around;
  Tensor united, overlap;

  Pair(const char* who, const Tensor& first, const Tensor& second)
      : a(corners(who, first)), b(corners(who, second)) {
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
};

}  // namespace

Tensor iou(const Tensor& a, const Tensor& b) { return Pair("iou", a, b).overlap; }

Tensor generalized_iou(const Tensor& a, const Tensor& b) {
  const Pair pair("generalized_iou", a, b);
  return pair.overlap - ratio(pair.around.area() - pair.united, pair.around.area());
}

Tensor distance_iou(const Tensor& a, const Tensor& b) {
  const Pair pair("distance_iou", a, b);
  return pair.overlap - pair.distance();
}

Tensor complete_iou(const Tensor& a, const Tensor& b) {
  const Pair pair("complete_iou", a, b);
  const auto angle = [](const Corners& box) { return atan2(box.width(), box.height()); };
  const Tensor v = square(angle(pair.a) - angle(pair.b)) * (4 / (std::numbers::pi * std::numbers::pi));
  return pair.overlap - pair.distance() - ratio(square(v), 1 - pair.overlap + v);
}

}  // namespace luge::metrics
