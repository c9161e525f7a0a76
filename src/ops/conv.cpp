// conv: convolution (cross-correlation) of images with one to three spatial axes (ONNX Conv, PyTorch
// conv1d/2d/3d).
#include "ops/conv.h"

#include <fmt/format.h>

#include "luge/ops/nn.h"
#include "ops/checks.h"
#include "ops/conv_loop.h"
#include "ops/mixed.h"
#include "ops/window_checks.h"

namespace luge {
namespace {

void check_groups(std::string_view op, const ConvAttributes& a, const Shape& x, const Shape& w) {
  if (a.groups < 1) throw ValueError(fmt::format("{}: groups is {}; expected at least 1", op, a.groups));
  if (x[1] != unknown && x[1] % a.groups != 0) {
    throw ShapeError(fmt::format("{}: {} input channels are not divisible by {} groups", op, x[1], a.groups));
  }
  if (w[0] != unknown && w[0] % a.groups != 0) {
    throw ShapeError(
        fmt::format("{}: {} output channels are not divisible by {} groups", op, w[0], a.groups));
  }
  if (x[1] != unknown && w[1] != unknown && w[1] != x[1] / a.groups) {
    throw ShapeError(
        fmt::format("{}: input {} has {} channels in {} groups, the weights {} expect {} in each", op,
                    x.to_string(), x[1], a.groups, w.to_string(), w[1]));
  }
}

template <class T>
void convolve(const ConvChannels& n, const Space<ConvAttributes>& s, const T* x, const T* w, const Bias<T>& b,
              T* y) {
  const std::int64_t image = volume(s.in), result = volume(s.out), taps = volume(s.kernel);
  for (std::int64_t channel = 0; channel < n.batch * n.groups * n.out; ++channel) {
    const std::int64_t o = channel % (n.groups * n.out),
                       group = channel / n.out;  // group counts over the batch too
    for_positions(s.out, [&](std::int64_t index, const Position& at) {
      Wide<T> sum = b.at(o);
      for_positions(s.kernel, [&](std::int64_t tap, const Position& k) {
        const std::int64_t from = s.read_by(at, k);
        if (from < 0) return;
        for (std::int64_t c = 0; c < n.in; ++c) {
          sum = plus(
              sum, times(widen(x[(group * n.in + c) * image + from]), widen(w[(o * n.in + c) * taps + tap])));
        }
      });
      y[channel * result + index] = narrow<T>(sum);
    });
  }
}

struct Conv : Op<Conv, ConvAttributes> {
  static constexpr auto name = "conv";
  static constexpr Traits traits{
      .narrowing = Narrowing::products, .stays_wide = 1u << 2, .role = Role::forward};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2, 3);
    const Type y = conv_type(name, *this, in[0], in[1]);
    if (in.size() == 3) {
      if (!fits_product(in[0].dtype, in[2].dtype)) check_same_dtype(name, in[0], in[2]);
      check_rank(name, "bias", in[2], 1);
      check_extent(name, "bias", in[2], 0, in[1].shape[0]);
    }
    return {y};
  }
  void reference(const ReferenceCall& call) const {
    const Shape &x = call.in[0].type.shape, &w = call.in[1].type.shape;
    const Space<ConvAttributes> space(*this, x, w.begin() + 2);
    for_number(call.out[0].type.dtype, [&]<class T>() {
      convolve(ConvChannels(*this, x, w), space, call.in[0].as<const T>(), call.in[1].as<const T>(),
               Bias<T>(call), call.out[0].as<T>());
    });
  }
  Tensors gradient(const GradientCall& c) const {
    Tensors result(c.in.size());
    const bool bias = c.in.size() == 3 && c.needs[2];
    if (c.needs[0]) result[0] = make_conv_backward_data(*this, c.g[0], c.in[1], c.in[0]);
    if (c.needs[1] || bias) {
      const Tensors both = make_conv_backward_weights(*this, c.in[0], c.g[0], c.in[1]);
      if (c.needs[1]) result[1] = both[0];
      if (bias) result[2] = both[1];
    }
    return result;
  }
};
const Registered<Conv> registered_conv;

Tensor conv(int spatial, const Tensor& x, const Tensor& w, const Tensor& b, const ConvOptions& options) {
  const auto name = fmt::format("conv{}d", spatial);
  if (x.rank() != spatial + 2) {
    throw ShapeError(fmt::format("{}: input {} has {} axes; expected {} ([N,C] and {} spatial)", name,
                                 x.shape().to_string(), x.rank(), spatial + 2, spatial));
  }
  if (b.defined()) check_same_dtype(name, {x.dtype(), x.shape()}, {b.dtype(), b.shape()});
  ConvAttributes attributes{.stride = per_axis(options.stride, spatial, 1),
                            .dilation = per_axis(options.dilation, spatial, 1),
                            .padding = options.padding.mode,
                            .pads = pads_of(options.padding, spatial),
                            .groups = options.groups};
  if (options.border == Border::zeros || options.padding.mode == PaddingMode::valid)
    return make_conv(attributes, x, w, b);
  const Tensor padded = window_pad(attributes, options.border, x, w);
  attributes.padding = PaddingMode::valid;
  attributes.pads.clear();
  return make_conv(attributes, padded, w, b);
}

}  // namespace

Type conv_type(std::string_view op, const ConvAttributes& a, const Type& x, const Type& w) {
  check_number(op, x);
  check_same_dtype(op, x, w);
  check_rank_between(op, "input", x, 3, 5);
  check_rank(op, "weight", w, x.shape.rank());
  const int spatial = x.shape.rank() - 2;
  check_per_axis(op, "stride", a.stride, spatial, 1);
  check_per_axis(op, "dilation", a.dilation, spatial, 1);
  check_pads(op, a.padding, a.pads, spatial);
  check_groups(op, a, x.shape, w.shape);
  Shape y{x.shape[0], w.shape[0]};
  for (int k = 0; k < spatial; ++k) {
    const std::int64_t kernel = w.shape[k + 2];
    if (kernel == 0) throw ValueError(fmt::format("{}: the kernel {} has extent 0", op, w.shape.to_string()));
    y = y.appended(output_extent(op, a, x.shape, k, kernel));
  }
  product(op, y, 0, y.rank());
  return {x.dtype, y};
}

void check_conv_gradient(std::string_view op, const ConvAttributes& a, const Type& dy, const Type& x,
                         const Type& w) {
  // A gradient of 16-bit products may be asked for in float32: the type says so.
  const DType dtype = dy.dtype;
  const auto operand = [dtype](const Type& type) {
    return fits_product(dtype, type.dtype) ? Type{dtype, type.shape} : type;
  };
  const Type image = operand(x);
  check_same_dtype(op, dy, image);
  check_same_shape(op, "output gradient", dy, "convolution's output", conv_type(op, a, image, operand(w)));
}

Tensor make_conv(const ConvAttributes& a, const Tensor& x, const Tensor& w, const Tensor& b) {
  return b.defined() ? make<Conv>(a, x, w, b) : make<Conv>(a, x, w);
}

Tensor conv1d(const Tensor& x, const Tensor& w, const Tensor& b, const ConvOptions& options) {
  return conv(1, x, w, b, options);
}
Tensor conv2d(const Tensor& x, const Tensor& w, const Tensor& b, const ConvOptions& options) {
  return conv(2, x, w, b, options);
}
Tensor conv3d(const Tensor& x, const Tensor& w, const Tensor& b, const ConvOptions& options) {
  return conv(3, x, w, b, options);
}

}  // namespace luge
