// window_pad: an image extended with its own elements, as far as the padding of a convolution asks for.
// window_pad_backward, its gradient, adds each element up where it came from.
#include <fmt/format.h>

#include <cstring>

#include "ops/checks.h"
#include "ops/conv.h"
#include "ops/conv_loop.h"
#include "ops/element.h"
#include "ops/wide.h"
#include "ops/window_checks.h"

namespace luge {
namespace {

struct WindowPadAttributes {
  ConvAttributes window;
  Border border = Border::zeros;
  static void fields(auto& self, auto&& field) {
    ConvAttributes::fields(self.window, field);
    field("border", self.border);
  }
};

void check_border(const Shape& x, int axis, const Window& w, Border border) {
  const std::int64_t most = std::max(w.pad_begin, w.pad_end);
  const std::int64_t limit = border == Border::reflect    ? w.in - 1
                             : border == Border::circular ? w.in
                             : w.in > 0                   ? most
                                                          : 0;
  if (most <= limit) return;
  throw ShapeError(fmt::format(
      "conv: {} elements of padding on axis {} of {}, whose extent {} gives at most {} with border {}", most,
      axis, x.to_string(), w.in, std::max<std::int64_t>(limit, 0),
      border == Border::reflect    ? "reflect"
      : border == Border::circular ? "circular"
                                   : "replicate"));
}

// The image that is extended by the padding; `w` gives the extents of the kernel.
Shape padded_shape(const WindowPadAttributes& a, const Type& x, const Type& w) {
  constexpr std::string_view op = "conv";
  check_number(op, x);
  check_rank_between(op, "input", x, 3, 5);
  check_rank(op, "weight", w, x.shape.rank());
  const int spatial = x.shape.rank() - 2;
  check_per_axis(op, "stride", a.window.stride, spatial, 1);
  check_per_axis(op, "dilation", a.window.dilation, spatial, 1);
  check_pads(op, a.window.padding, a.window.pads, spatial);
  Shape result = x.shape;
  for (int k = 0; k < spatial; ++k) {
    const std::int64_t kernel = w.shape[k + 2], in = x.shape[k + 2];
    if (kernel == 0) throw ValueError(fmt::format("{}: the kernel {} has extent 0", op, w.shape.to_string()));
    if (output_extent(op, a.window, x.shape, k, kernel) == unknown) {
      result = result.with(k + 2, unknown);
      continue;
    }
    const auto at = static_cast<std::size_t>(k);
    const Window window = window_along(at, static_cast<std::size_t>(spatial), in, kernel, a.window.stride,
                                       a.window.dilation, a.window.padding, a.window.pads);
    check_border(x.shape, k + 2, window, a.border);
    result = result.with(k + 2, in + window.pad_begin + window.pad_end);
  }
  product(op, result, 0, result.rank());
  return result;
}

// The position inside the image whose element the padding holds at `at`, counted from the image's begin.
std::int64_t source(std::int64_t at, std::int64_t extent, Border border) {
  switch (border) {
    case Border::reflect: return std::abs(extent - 1 - std::abs(extent - 1 - std::abs(at)));
    case Border::circular: return (at + extent) % extent;
    default: return std::clamp<std::int64_t>(at, 0, extent - 1);
  }
}

// Calls visit(element of the padded image, element of the image) for one image.
template <class Visit>
void each_element(const Space<ConvAttributes>& s, Border border, const Visit& visit) {
  const auto from = [&](std::size_t axis, std::int64_t i) {
    return source(i - s.windows.axis[axis].pad_begin, s.in[axis], border);
  };
  const auto extent = [&](std::size_t axis) {
    return s.in[axis] + s.windows.axis[axis].pad_begin + s.windows.axis[axis].pad_end;
  };
  std::int64_t index = 0;
  for (std::int64_t d = 0; d < extent(0); ++d) {
    for (std::int64_t h = 0; h < extent(1); ++h) {
      const std::int64_t row = (from(0, d) * s.in[1] + from(1, h)) * s.in[2];
      for (std::int64_t w = 0; w < extent(2); ++w) visit(index++, row + from(2, w));
    }
  }
}

struct WindowPad : Op<WindowPad, WindowPadAttributes> {  // inputs: x, weights for their type
  static constexpr auto name = "window_pad";
  static constexpr Traits traits{.type_only = 1u << 1, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    return {{in[0].dtype, padded_shape(*this, in[0], in[1])}};
  }
  void reference(const ReferenceCall& call) const;
  Tensors gradient(const GradientCall& c) const;
};
const Registered<WindowPad> registered_window_pad;

struct WindowPadBackward : Op<WindowPadBackward, WindowPadAttributes> {  // dy; x and weights for their types
  static constexpr auto name = "window_pad_backward";
  static constexpr Traits traits{.type_only = 3u << 1};

  Types infer(const Types& in) const {
    check_inputs(name, in, 3);
    check_same_shape(name, "output gradient", in[0], "padded image",
                     {in[0].dtype, padded_shape(*this, in[1], in[2])});
    return {{in[0].dtype, in[1].shape}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[1].type.shape;
    const Space<ConvAttributes> space(window, x, call.in[2].type.shape.begin() + 2);
    const std::int64_t image = volume(space.in), padded = call.in[0].type.shape.elements();
    for_number(call.in[0].type.dtype, [&]<class T>() {
      T* dx = call.out[0].as<T>();
      std::fill(dx, dx + x.elements(), narrow<T>(0));
      const std::int64_t images = x[0] * x[1];
      for (std::int64_t c = 0; c < images; ++c) {
        const T* dy = call.in[0].as<const T>() + c * (padded / images);
        each_element(space, border, [&](std::int64_t at, std::int64_t from) {
          T& sum = dx[c * image + from];
          sum = narrow<T>(plus(widen(sum), widen(dy[at])));
        });
      }
    });
  }
  Tensors gradient(const GradientCall& c) const {
    return {make<WindowPad>(*this, c.g[0], c.in[2]), Tensor(), Tensor()};
  }
};
const Registered<WindowPadBackward> registered_backward_window_pad;

void WindowPad::reference(const ReferenceCall& call) const {
  const Shape& x = call.in[0].type.shape;
  const Space<ConvAttributes> space(window, x, call.in[1].type.shape.begin() + 2);
  const std::int64_t image = volume(space.in), images = x[0] * x[1];
  for_number(call.in[0].type.dtype, [&]<class T>() {
    for (std::int64_t c = 0; c < images; ++c) {
      const T* from = call.in[0].as<const T>() + c * image;
      T* to = call.out[0].as<T>() + c * (call.out[0].type.shape.elements() / images);
      each_element(space, border, [&](std::int64_t at, std::int64_t source) { to[at] = from[source]; });
    }
  });
}

Tensors WindowPad::gradient(const GradientCall& c) const {
  const Tensor sums = make<WindowPadBackward>(*this, to_accumulator(c.g[0]), c.in[0], c.in[1]);
  return {cast(sums, c.in[0].dtype()), Tensor()};
}

}  // namespace

Tensor window_pad(const ConvAttributes& window, Border border, const Tensor& x, const Tensor& w) {
  return make<WindowPad>({window, border}, x, w);
}

}  // namespace luge
