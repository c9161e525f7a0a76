// roi_align: means of bilinear samples in the bins of boxes (ONNX RoiAlign, torchvision roi_align), and
// roi_align_backward, which gives each sample's gradient to the elements that it was read from.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "graph/op_registry.h"
#include "luge/ops/image.h"
#include "ops/checks.h"
#include "ops/element.h"
#include "ops/indexed.h"
#include "ops/wide.h"
#include "ops/window_checks.h"

namespace luge {
namespace {

struct RoiAlignAttributes {
  std::vector<std::int64_t> output;
  double scale = 1;
  std::int64_t sampling_ratio = 0;
  bool aligned = true;
  static void fields(auto& self, auto&& field) {
    field("output", self.output);
    field("scale", self.scale);
    field("sampling_ratio", self.sampling_ratio);
    field("aligned", self.aligned);
  }
};

Shape aligned_shape(const RoiAlignAttributes& a, const Type& x, const Type& boxes, const Type& batch) {
  constexpr std::string_view op = "roi_align";
  check_float(op, x);
  check_rank(op, "input", x, 4);
  check_rank(op, "boxes", boxes, 2);
  check_extent(op, "boxes", boxes, 1, 4);
  check_integer(op, batch);
  check_rank(op, "batch", batch, 1);
  if (boxes.shape[0] != unknown) check_extent(op, "batch", batch, 0, boxes.shape[0]);
  check_per_axis(op, "output", a.output, 2, 1);
  if (a.sampling_ratio < 0)
    throw ValueError(fmt::format("{}: sampling_ratio is {}; expected 0 or more", op, a.sampling_ratio));
  if (!(a.scale > 0) || std::isinf(a.scale))
    throw ValueError(fmt::format("{}: scale is {}; expected a finite number above 0", op, a.scale));
  const Shape y{known_of(boxes.shape[0], batch.shape[0]), x.shape[1], a.output[0], a.output[1]};
  product(op, y, 0, 4);
  return y;
}

// The samples of a box along one axis.
struct Side {
  double begin, bin;  // in pixels
  double samples;     // in each bin
  double at(std::int64_t o, double sample) const {
    return begin + static_cast<double>(o) * bin + (sample + 0.5) * bin / samples;
  }
};

Side side_of(const RoiAlignAttributes& a, double low, double high, std::int64_t output) {
  const double offset = a.aligned ? 0.5 : 0, begin = low * a.scale - offset;
  double extent = high * a.scale - offset - begin;
  if (!a.aligned) extent = std::max(extent, 1.0);
  const double bin = extent / static_cast<double>(output);
  return {begin, bin, a.sampling_ratio > 0 ? static_cast<double>(a.sampling_ratio) : std::ceil(bin)};
}

// A position between two elements of an axis, and the share of the second.
struct Between {
  std::int64_t low, high;
  double share;
  Between(double at, std::int64_t extent) {
    at = std::max(at, 0.0);
    low = std::min(static_cast<std::int64_t>(at), extent - 1);
    high = std::min(low + 1, extent - 1);
    share = low == extent - 1 ? 0 : at - static_cast<double>(low);
  }
};

bool is_inside(double at, std::int64_t extent) { return at >= -1 && at <= static_cast<double>(extent); }

// Calls visit(element of a channel, weight) for what the bin (i, j) of a box is the mean of.
template <class Visit>
void each_weight(const Side& y, const Side& x, std::int64_t i, std::int64_t j, std::int64_t height,
                 std::int64_t width, const Visit& visit) {
  const double share = 1 / std::max(y.samples * x.samples, 1.0);
  for (double sample_y = 0; sample_y < y.samples; ++sample_y) {
    const double at_y = y.at(i, sample_y);
    if (!is_inside(at_y, height)) continue;
    const Between v(at_y, height);
    for (double sample_x = 0; sample_x < x.samples; ++sample_x) {
      const double at_x = x.at(j, sample_x);
      if (!is_inside(at_x, width)) continue;
      const Between h(at_x, width);
      visit(v.low * width + h.low, share * (1 - v.share) * (1 - h.share));
      visit(v.low * width + h.high, share * (1 - v.share) * h.share);
      visit(v.high * width + h.low, share * v.share * (1 - h.share));
      visit(v.high * width + h.high, share * v.share * h.share);
    }
  }
}

// Calls bin(box, sample, bin in the output, visitor of weights) for all bins of all boxes. The visitor is
// null for a box that is not finite.
template <class B, class Bin>
void each_bin(const RoiAlignAttributes& a, const Shape& image, const View& boxes, const View& batch,
              Status* status, const Bin& bin) {
  const std::int64_t rows = a.output[0], columns = a.output[1];
  for (std::int64_t k = 0; k < boxes.type.shape[0]; ++k) {
    const std::int64_t sample = checked_index(batch, k, image[0], status);
    if (sample < 0) return;
    std::array<double, 4> box;
    for (std::size_t c = 0; c < 4; ++c)
      box[c] = widen(boxes.as<const B>()[k * 4 + static_cast<std::int64_t>(c)]);
    const Side y = side_of(a, box[1], box[3], rows), x = side_of(a, box[0], box[2], columns);
    const bool finite = std::isfinite(y.begin + y.bin) && std::isfinite(x.begin + x.bin);
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        bin(k, sample, i * columns + j, finite,
            [&](const auto& visit) { each_weight(y, x, i, j, image[2], image[3], visit); });
      }
    }
  }
}

struct RoiAlign : Op<RoiAlign, RoiAlignAttributes> {  // x, boxes, batch
  static constexpr auto name = "roi_align";
  static constexpr Traits traits{.can_fail = true};

  Types infer(const Types& in) const {
    check_inputs(name, in, 3);
    check_same_dtype(name, in[0], in[1]);
    return {{in[0].dtype, aligned_shape(*this, in[0], in[1], in[2])}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& image = call.in[0].type.shape;
    const std::int64_t channels = image[1], elements = image[2] * image[3], bins = output[0] * output[1];
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      each_bin<T>(
          *this, image, call.in[1], call.in[2], call.status,
          [&](std::int64_t k, std::int64_t sample, std::int64_t at, bool finite, const auto& weights) {
            for (std::int64_t c = 0; c < channels; ++c) {
              const T* x = call.in[0].as<const T>() + (sample * channels + c) * elements;
              double sum = finite ? 0 : std::numeric_limits<double>::quiet_NaN();
              if (finite) weights([&](std::int64_t from, double weight) { sum += weight * widen(x[from]); });
              call.out[0].as<T>()[(k * channels + c) * bins + at] = narrow<T>(sum);
            }
          });
    });
  }
  Tensors gradient(const GradientCall& c) const;
};
const Registered<RoiAlign> registered_roi_align;

struct RoiAlignBackward : Op<RoiAlignBackward, RoiAlignAttributes> {  // dy, boxes, batch, x for its type
  static constexpr auto name = "roi_align_backward";
  static constexpr Traits traits{.type_only = 1u << 3, .can_fail = true};

  Types infer(const Types& in) const {
    check_inputs(name, in, 4);
    check_float(name, in[0]);
    check_same_shape(name, "output gradient", in[0], "output",
                     {in[0].dtype, aligned_shape(*this, in[3], in[1], in[2])});
    return {{in[0].dtype, in[3].shape}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& image = call.in[3].type.shape;
    const std::int64_t channels = image[1], elements = image[2] * image[3], bins = output[0] * output[1];
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      T* dx = call.out[0].as<T>();
      std::fill(dx, dx + image.elements(), narrow<T>(0));
      for_floating(call.in[1].type.dtype, [&]<class B>() {
        each_bin<B>(
            *this, image, call.in[1], call.in[2], call.status,
            [&](std::int64_t k, std::int64_t sample, std::int64_t at, bool finite, const auto& weights) {
              if (!finite) return;
              for (std::int64_t c = 0; c < channels; ++c) {
                T* to = dx + (sample * channels + c) * elements;
                const double dy = widen(call.in[0].as<const T>()[(k * channels + c) * bins + at]);
                weights([&](std::int64_t from, double weight) {
                  to[from] = narrow<T>(widen(to[from]) + weight * dy);
                });
              }
            });
      });
    });
  }
  Tensors gradient(const GradientCall& c) const {
    return {make<RoiAlign>(*this, c.g[0], cast(c.in[1], c.g[0].dtype()), c.in[2]), Tensor(), Tensor(),
            Tensor()};
  }
};
const Registered<RoiAlignBackward> registered_backward_roi_align;

Tensors RoiAlign::gradient(const GradientCall& c) const {
  const Tensor dx = make<RoiAlignBackward>(*this, to_accumulator(c.g[0]), c.in[1], c.in[2], c.in[0]);
  return {cast(dx, c.in[0].dtype()), Tensor(), Tensor()};
}

}  // namespace

Tensor roi_align(const Tensor& x, const Tensor& boxes, const Tensor& batch, const RoiAlignOptions& options) {
  return make<RoiAlign>({.output = per_axis(options.output, 2, 7),
                         .scale = options.scale,
                         .sampling_ratio = options.sampling_ratio,
                         .aligned = options.aligned},
                        x, boxes, batch);
}

}  // namespace luge
