// conv_transpose: transposed convolution (ONNX ConvTranspose, PyTorch conv_transpose1d/2d/3d). It is the
// gradient op of the convolution that maps its output to its input, so that the same kernels serve both.
// conv_transpose_image says by its type alone which image that convolution would have read.
#include <fmt/format.h>

#include <cstring>

#include "luge/ops/convolution.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/conv.h"
#include "ops/window_checks.h"

namespace luge {
namespace {

struct ConvTransposeAttributes {
  ConvAttributes conv;
  std::vector<std::int64_t> output_padding;
  static void fields(auto& self, auto&& field) {
    ConvAttributes::fields(self.conv, field);
    field("output_padding", self.output_padding);
  }
};

std::int64_t transposed_extent(const ConvTransposeAttributes& a, const Shape& x, int axis, int spatial,
                               std::int64_t kernel) {
  constexpr std::string_view op = "conv_transpose";
  const auto k = static_cast<std::size_t>(axis);
  const std::int64_t in = x[axis + 2], stride = a.conv.stride[k], more = a.output_padding[k];
  if (more >= stride) {
    throw ValueError(
        fmt::format("{}: output_padding is {}; expected less than the stride, {}", op, more, stride));
  }
  if (a.conv.padding == PaddingMode::same && more != 0) {
    throw ValueError(fmt::format("{}: output_padding is {}; expected 0 with padding = same", op, more));
  }
  if (in == unknown || kernel == unknown) return unknown;
  const bool given = a.conv.padding == PaddingMode::explicit_;
  const std::int64_t begin = given ? a.conv.pads[k] : 0,
                     end = given ? a.conv.pads[static_cast<std::size_t>(spatial) + k] : 0;
  check_reach(op, in, kernel, a.conv.dilation[k], begin, end);
  if (in < 1) {
    throw ShapeError(fmt::format("{}: input {} has no elements on axis {}; expected 1 or more", op,
                                 x.to_string(), axis + 2));
  }
  const std::int64_t reach = (kernel - 1) * a.conv.dilation[k];
  std::int64_t extent = 0;
  const bool same = a.conv.padding == PaddingMode::same;
  if (__builtin_mul_overflow(same ? in : in - 1, stride, &extent) || extent > std::int64_t{1} << 60) {
    throw ShapeError(fmt::format("{}: {} elements with stride {} overflow 64 bits", op, in, stride));
  }
  if (!same) extent += reach + 1 + more - begin - end;
  if (a.conv.padding == PaddingMode::full) extent -= 2 * reach;
  if (extent < 1) {
    throw ShapeError(fmt::format(
        "{}: the output of {} has extent {} on axis {} (kernel {}, stride {}, dilation {}); expected "
        "1 or more: use less padding",
        op, x.to_string(), extent, axis + 2, kernel, stride, a.conv.dilation[k]));
  }
  return extent;
}

struct ConvTransposeImage : Op<ConvTransposeImage, ConvTransposeAttributes> {  // x and w for their types
  static constexpr auto name = "conv_transpose_image";
  static constexpr Traits traits{.type_only = 3};
  static constexpr auto no_gradient = "its elements are not read";

  Types infer(const Types& in) const {
    constexpr std::string_view op = "conv_transpose";
    check_inputs(name, in, 2);
    const Type &x = in[0], &w = in[1];
    check_number(op, x);
    check_same_dtype(op, x, w);
    check_rank_between(op, "input", x, 3, 5);
    check_rank(op, "weight", w, x.shape.rank());
    const int spatial = x.shape.rank() - 2;
    check_per_axis(op, "stride", conv.stride, spatial, 1);
    check_per_axis(op, "dilation", conv.dilation, spatial, 1);
    check_per_axis(op, "output_padding", output_padding, spatial, 0);
    check_pads(op, conv.padding, conv.pads, spatial);
    if (conv.groups < 1)
      throw ValueError(fmt::format("{}: groups is {}; expected at least 1", op, conv.groups));
    if (x.shape[1] != unknown && w.shape[0] != unknown && x.shape[1] != w.shape[0]) {
      throw ShapeError(fmt::format("{}: input {} has {} channels, the weights {} expect {}", op,
                                   x.shape.to_string(), x.shape[1], w.shape.to_string(), w.shape[0]));
    }
    if (const std::int64_t channels = known_of(x.shape[1], w.shape[0]);
        channels % conv.groups != 0 && channels > 0) {
      throw ShapeError(
          fmt::format("{}: {} input channels are not divisible by {} groups", op, channels, conv.groups));
    }
    std::int64_t out = unknown;
    if (w.shape[1] != unknown && __builtin_mul_overflow(w.shape[1], conv.groups, &out)) {
      throw ShapeError(fmt::format("{}: {} output channels in each of {} groups overflow 64 bits", op,
                                   w.shape[1], conv.groups));
    }
    Shape image{x.shape[0], out};
    for (int k = 0; k < spatial; ++k) {
      const std::int64_t kernel = w.shape[k + 2];
      if (kernel == 0)
        throw ValueError(fmt::format("{}: the kernel {} has extent 0", op, w.shape.to_string()));
      image = image.appended(transposed_extent(*this, x.shape, k, spatial, kernel));
    }
    product(op, image, 0, image.rank());
    return {{x.dtype, image}};
  }
  void reference(const ReferenceCall& call) const {
    const auto bytes =
        static_cast<std::size_t>(call.out[0].type.shape.elements()) * size_of(call.out[0].type.dtype);
    std::memset(call.out[0].data, 0, bytes);
  }
};
const Registered<ConvTransposeImage> registered_conv_transpose;

Tensor conv_transpose(int spatial, const Tensor& x, const Tensor& w, const Tensor& b,
                      const ConvTransposeOptions& options) {
  const auto op = fmt::format("conv_transpose{}d", spatial);
  if (x.rank() != spatial + 2) {
    throw ShapeError(fmt::format("{}: input {} has {} axes; expected {} ([N,C] and {} spatial)", op,
                                 x.shape().to_string(), x.rank(), spatial + 2, spatial));
  }
  const ConvTransposeAttributes attributes{{.stride = per_axis(options.stride, spatial, 1),
                                            .dilation = per_axis(options.dilation, spatial, 1),
                                            .padding = options.padding.mode,
                                            .pads = pads_of(options.padding, spatial),
                                            .groups = options.groups},
                                           per_axis(options.output_padding, spatial, 0)};
  const Tensor image = make<ConvTransposeImage>(attributes, x, w);
  const Tensor y = make_conv_backward_data(attributes.conv, x, w, image);
  if (!b.defined()) return y;
  const Type bias{b.dtype(), b.shape()};
  check_same_dtype(op, {x.dtype(), x.shape()}, bias);
  check_rank(op, "bias", bias, 1);
  check_extent(op, "bias", bias, 0, y.shape()[1]);
  Tensor each = b;  // [O,1,…]
  for (int k = 0; k < spatial; ++k) each = unsqueeze(each, -1);
  return y + each;
}

}  // namespace

Tensor conv_transpose1d(const Tensor& x, const Tensor& w, const Tensor& b,
                        const ConvTransposeOptions& options) {
  return conv_transpose(1, x, w, b, options);
}
Tensor conv_transpose2d(const Tensor& x, const Tensor& w, const Tensor& b,
                        const ConvTransposeOptions& options) {
  return conv_transpose(2, x, w, b, options);
}
Tensor conv_transpose3d(const Tensor& x, const Tensor& w, const Tensor& b,
                        const ConvTransposeOptions& options) {
  return conv_transpose(3, x, w, b, options);
}

}  // namespace luge
