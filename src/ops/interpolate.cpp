// interpolate: an image resized, one axis after the other (ONNX Resize, PyTorch interpolate). resample is one
// axis of it, and resample_backward, its gradient, adds each element up where it was read from.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "graph/op_registry.h"
#include "luge/ops/image.h"
#include "ops/checks.h"
#include "ops/element.h"
#include "ops/indexed.h"
#include "ops/wide.h"
#include "ops/window_checks.h"

namespace luge {
namespace {

struct ResampleAttributes {
  std::int64_t axis = 2;
  std::int64_t size = 0;  // 0: the extent times the scale
  double scale = 1;
  Interpolation mode = Interpolation::nearest;
  Coordinates coordinates = Coordinates::half_pixel;
  NearestRounding rounding = NearestRounding::prefer_floor;
  double cubic = -0.75;
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis);
    field("size", self.size);
    field("scale", self.scale);
    field("mode", self.mode);
    field("coordinates", self.coordinates);
    field("rounding", self.rounding);
    field("cubic", self.cubic);
  }
};

// The elements that one output element is made of.
struct Taps {
  std::size_t count = 1;
  std::array<std::int64_t, 4> index;
  std::array<double, 4> weight;
};

class Line {
 public:
  Line(const ResampleAttributes& a, std::int64_t in, std::int64_t out) : a_(a), in_(in), out_(out) {}

  Taps taps(std::int64_t i) const {
    const double x = coordinate(static_cast<double>(i));
    switch (a_.mode) {
      case Interpolation::linear: return linear(x);
      case Interpolation::cubic: return cubic(x);
      default: return {1, {inside(nearest(x))}, {1.0}};
    }
  }

 private:
  double scaled(double x) const {
    return a_.size > 0 ? x * static_cast<double>(in_) / static_cast<double>(out_) : x / a_.scale;
  }
  double coordinate(double i) const {
    switch (a_.coordinates) {
      case Coordinates::asymmetric: return scaled(i);
      case Coordinates::align_corners:
        return out_ > 1 ? i * static_cast<double>(in_ - 1) / static_cast<double>(out_ - 1) : 0;
      case Coordinates::pytorch_half_pixel: return out_ > 1 ? scaled(i + 0.5) - 0.5 : 0;
      default: return scaled(i + 0.5) - 0.5;
    }
  }
  double nearest(double x) const {
    switch (a_.rounding) {
      case NearestRounding::floor: return std::floor(x);
      case NearestRounding::ceil: return std::ceil(x);
      case NearestRounding::prefer_ceil: return std::floor(x + 0.5);
      default: return std::ceil(x - 0.5);
    }
  }
  std::int64_t inside(double x) const {
    return static_cast<std::int64_t>(std::clamp(x, 0.0, static_cast<double>(in_ - 1)));
  }
  Taps linear(double x) const {
    const double at = std::clamp(x, 0.0, static_cast<double>(in_ - 1)), low = std::floor(at);
    return {2, {inside(low), inside(low + 1)}, {1 - (at - low), at - low}};
  }
  Taps cubic(double x) const {
    const double low = std::floor(x), t = x - low, a = a_.cubic;
    const auto near = [a](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };       // |d| ≤ 1
    const auto far = [a](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };  // 1 < |d| < 2
    return {4,
            {inside(low - 1), inside(low), inside(low + 1), inside(low + 2)},
            {far(t + 1), near(t), near(1 - t), far(2 - t)}};
  }

  const ResampleAttributes& a_;
  std::int64_t in_, out_;
};

// Calls visit(outer block, output index, taps), with the taps of several outputs computed once for all
// blocks.
template <class Visit>
void each_output(const Line& line, std::int64_t outer, std::int64_t out, const Visit& visit) {
  constexpr std::int64_t most = 64;
  std::array<Taps, most> taps;
  for (std::int64_t first = 0; first < out; first += most) {
    const std::int64_t count = std::min(most, out - first);
    for (std::int64_t k = 0; k < count; ++k) taps[static_cast<std::size_t>(k)] = line.taps(first + k);
    for (std::int64_t block = 0; block < outer; ++block) {
      for (std::int64_t k = 0; k < count; ++k) visit(block, first + k, taps[static_cast<std::size_t>(k)]);
    }
  }
}

std::int64_t resampled_extent(const ResampleAttributes& a, const Shape& x) {
  const std::int64_t in = x[static_cast<int>(a.axis)];
  if (in == 0) {
    throw ShapeError(fmt::format("interpolate: input {} has no elements on axis {}; expected 1 or more",
                                 x.to_string(), a.axis));
  }
  if (a.size > 0 || in == unknown) return a.size > 0 ? a.size : unknown;
  const double out = std::floor(static_cast<double>(in) * a.scale);
  if (!(out >= 1 && out < 0x1p60)) {
    throw ShapeError(fmt::format(
        "interpolate: {} elements on axis {} of {} times {} are {}; expected at least 1 and less than 2^60",
        in, a.axis, x.to_string(), a.scale, out));
  }
  return static_cast<std::int64_t>(out);
}

Type resampled(const ResampleAttributes& a, const Type& x) {
  check_rank_between("interpolate", "input", x, 3, 5);
  const Shape y = x.shape.with(static_cast<int>(a.axis), resampled_extent(a, x.shape));
  product("interpolate", y, 0, y.rank());
  return {x.dtype, y};
}

struct Resample : Op<Resample, ResampleAttributes> {
  static constexpr auto name = "resample";
  static constexpr Traits traits{.narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    mode == Interpolation::nearest ? check_number("interpolate", in[0]) : check_float("interpolate", in[0]);
    return {resampled(*this, in[0])};
  }
  void reference(const ReferenceCall& call) const {
    const AxisWalk walk(call.in[0].type.shape, static_cast<int>(axis));
    const std::int64_t out = call.out[0].type.shape[static_cast<int>(axis)], inner = walk.inner;
    const Line line(*this, walk.extent, out);
    for_number(call.in[0].type.dtype, [&]<class T>() {
      each_output(line, walk.outer, out, [&](std::int64_t block, std::int64_t o, const Taps& taps) {
        const T* x = call.in[0].as<const T>() + block * walk.extent * inner;
        T* y = call.out[0].as<T>() + (block * out + o) * inner;
        if (taps.count == 1) {
          std::copy_n(x + taps.index[0] * inner, inner, y);
          return;
        }
        if constexpr (!std::integral<T>) {
          for (std::int64_t i = 0; i < inner; ++i) {
            double sum = 0;
            for (std::size_t t = 0; t < taps.count; ++t)
              sum += taps.weight[t] * widen(x[taps.index[t] * inner + i]);
            y[i] = narrow<T>(sum);
          }
        }
      });
    });
  }
  Tensors gradient(const GradientCall& c) const;
};
const Registered<Resample> registered_interpolate;

struct ResampleBackward : Op<ResampleBackward, ResampleAttributes> {  // dy, x for its type
  static constexpr auto name = "resample_backward";
  static constexpr Traits traits{.type_only = 1u << 1};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_float("interpolate", in[0]);
    check_same_shape("interpolate", "output gradient", in[0], "output", resampled(*this, in[1]));
    return {{in[0].dtype, in[1].shape}};
  }
  void reference(const ReferenceCall& call) const {
    const AxisWalk walk(call.in[1].type.shape, static_cast<int>(axis));
    const std::int64_t out = call.in[0].type.shape[static_cast<int>(axis)], inner = walk.inner;
    const Line line(*this, walk.extent, out);
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      T* dx = call.out[0].as<T>();
      std::fill(dx, dx + walk.outer * walk.extent * inner, narrow<T>(0));
      each_output(line, walk.outer, out, [&](std::int64_t block, std::int64_t o, const Taps& taps) {
        const T* dy = call.in[0].as<const T>() + (block * out + o) * inner;
        for (std::size_t t = 0; t < taps.count; ++t) {
          T* to = dx + (block * walk.extent + taps.index[t]) * inner;
          for (std::int64_t i = 0; i < inner; ++i)
            to[i] = narrow<T>(widen(to[i]) + taps.weight[t] * widen(dy[i]));
        }
      });
    });
  }
  Tensors gradient(const GradientCall& c) const { return {make<Resample>(*this, c.g[0]), Tensor()}; }
};
const Registered<ResampleBackward> registered_backward_interpolate;

Tensors Resample::gradient(const GradientCall& c) const {
  return {cast(make<ResampleBackward>(*this, to_accumulator(c.g[0]), c.in[0]), c.in[0].dtype())};
}

void check_options(const InterpolateOptions& options, int spatial) {
  const auto& [sizes, scales] = std::pair(options.sizes.values, options.scales);
  if (sizes.empty() == scales.empty()) {
    throw ValueError(
        fmt::format("interpolate: {}; expected either sizes or scales",
                    sizes.empty() ? "neither sizes nor scales are given" : "sizes and scales are given"));
  }
  if (!sizes.empty())
    return check_per_axis("interpolate", "sizes", per_axis(options.sizes, spatial, 1), spatial, 1);
  if (scales.size() != 1 && scales.size() != static_cast<std::size_t>(spatial)) {
    throw ValueError(
        fmt::format("interpolate: scales has {} numbers; expected 1 or one for each of the {} spatial axes",
                    scales.size(), spatial));
  }
  for (const double scale : scales) {
    if (!(scale > 0) || std::isinf(scale))
      throw ValueError(fmt::format("interpolate: a scale is {}; expected a finite number above 0", scale));
  }
}

}  // namespace

Tensor interpolate(const Tensor& x, const InterpolateOptions& options) {
  const Type type{x.dtype(), x.shape()};
  check_rank_between("interpolate", "input", type, 3, 5);
  options.mode == Interpolation::nearest ? check_number("interpolate", type)
                                         : check_float("interpolate", type);
  const int spatial = x.rank() - 2;
  check_options(options, spatial);
  if (std::isnan(options.cubic)) throw ValueError("interpolate: cubic is nan; expected a number");
  Tensor result = x;
  for (int k = 0; k < spatial; ++k) {
    const auto at = static_cast<std::size_t>(k);
    ResampleAttributes a{.axis = k + 2,
                         .mode = options.mode,
                         .coordinates = options.coordinates,
                         .rounding = options.rounding,
                         .cubic = options.cubic};
    if (options.scales.empty()) {
      a.size = per_axis(options.sizes, spatial, 1)[at];
    } else {
      a.scale = options.scales.size() == 1 ? options.scales[0] : options.scales[at];
    }
    result = make<Resample>(a, result);
  }
  return result;
}

}  // namespace luge
