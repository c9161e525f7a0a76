// max_unpool: zeros with the elements of x at given positions, which undoes a max pooling (ONNX MaxUnpool,
// PyTorch max_unpool2d).
#include <fmt/format.h>

#include <algorithm>

#include "luge/ops/index.h"
#include "luge/ops/pooling.h"
#include "luge/ops/shape.h"
#include "ops/conv_loop.h"
#include "ops/indexed.h"
#include "ops/window_checks.h"

namespace luge {
namespace {

struct MaxUnpoolAttributes {
  std::vector<std::int64_t> kernel, stride, pads, output;  // output: empty, or one extent for each axis
  static void fields(auto& self, auto&& field) {
    field("kernel", self.kernel);
    field("stride", self.stride);
    field("pads", self.pads);
    field("output", self.output);
  }
};

// The extent before the pooling that gives `in` elements.
std::int64_t unpooled_extent(std::string_view op, const MaxUnpoolAttributes& a, const Shape& x, std::size_t k,
                             std::size_t spatial) {
  const std::int64_t in = x[static_cast<int>(k) + 2];
  if (!a.output.empty()) return a.output[k];
  if (in == unknown) return unknown;
  const std::int64_t begin = a.pads[k], end = a.pads[spatial + k];
  check_reach(op, in, a.kernel[k], 1, begin, end);
  std::int64_t extent = 0;
  if (__builtin_mul_overflow(in - 1, a.stride[k], &extent) || extent > std::int64_t{1} << 60)
    throw ShapeError(fmt::format("{}: {} elements with stride {} overflow 64 bits", op, in, a.stride[k]));
  extent += a.kernel[k] - begin - end;
  if (in < 1 || extent < 1) {
    throw ShapeError(fmt::format(
        "{}: the result of {} has extent {} on axis {} (kernel {}, stride {}, padding {} and {}); "
        "expected 1 or more",
        op, x.to_string(), extent, k + 2, a.kernel[k], a.stride[k], begin, end));
  }
  return extent;
}

struct MaxUnpool : Op<MaxUnpool, MaxUnpoolAttributes> {  // x, indices
  static constexpr auto name = "max_unpool";
  static constexpr Traits traits{.can_fail = true, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    const Shape& x = in[0].shape;
    check_number(name, in[0]);
    check_rank_between(name, "input", in[0], 3, 5);
    check_integer(name, in[1]);
    check_same_shape(name, "indices", in[1], "input", in[0]);
    const int spatial = x.rank() - 2;
    check_per_axis(name, "kernel", kernel, spatial, 1);
    check_per_axis(name, "stride", stride, spatial, 1);
    check_pads(name, PaddingMode::explicit_, pads, spatial);
    if (!output.empty()) check_per_axis(name, "output", output, spatial, 1);
    Shape y{x[0], x[1]};
    for (std::size_t k = 0; k < kernel.size(); ++k)
      y = y.appended(unpooled_extent(name, *this, x, k, kernel.size()));
    product(name, y, 0, y.rank());
    return {{in[0].dtype, y}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape &x = call.in[0].type.shape, &y = call.out[0].type.shape;
    const std::int64_t channels = x[0] * x[1], elements = product(name, x, 2, x.rank()),
                       image = product(name, y, 2, y.rank());
    for_number(call.in[0].type.dtype, [&]<class T>() {
      T* to = call.out[0].as<T>();
      std::fill(to, to + channels * image, narrow<T>(0));
      for (std::int64_t k = 0; k < channels * elements; ++k) {
        const std::int64_t index = checked_index(call.in[1], k, image, call.status);
        if (index < 0) return;
        to[k / elements * image + index] = call.in[0].as<const T>()[k];
      }
    });
  }
  Tensors gradient(const GradientCall& c) const {
    const Tensor found = gather(flatten(c.g[0], 2), flatten(c.in[1], 2), 2);
    return {reshape_like(found, c.in[0]), Tensor()};
  }
};
const Registered<MaxUnpool> registered_max_unpool;

Tensor unpool(int spatial, const Tensor& x, const Tensor& indices, const UnpoolOptions& options) {
  const auto op = fmt::format("max_unpool{}d", spatial);
  if (x.rank() != spatial + 2) {
    throw ShapeError(fmt::format("{}: input {} has {} axes; expected {} ([N,C] and {} spatial)", op,
                                 x.shape().to_string(), x.rank(), spatial + 2, spatial));
  }
  const PaddingMode mode = options.padding.mode;
  if (mode != PaddingMode::valid && mode != PaddingMode::explicit_)
    throw ValueError(fmt::format("{}: padding is same or full; expected valid or numbers", op));
  MaxUnpoolAttributes a{
      .kernel = per_axis(options.kernel, spatial, 2), .stride = {}, .pads = {}, .output = {}};
  a.stride = options.stride.values.empty() ? a.kernel : per_axis(options.stride, spatial, 1);
  a.pads = mode == PaddingMode::valid ? std::vector<std::int64_t>(2 * static_cast<std::size_t>(spatial))
                                      : pads_of(options.padding, spatial);
  if (!options.output.values.empty()) a.output = per_axis(options.output, spatial, 1);
  return make<MaxUnpool>(std::move(a), x, indices);
}

}  // namespace

Tensor max_unpool1d(const Tensor& x, const Tensor& indices, const UnpoolOptions& options) {
  return unpool(1, x, indices, options);
}
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, const UnpoolOptions& options) {
  return unpool(2, x, indices, options);
}
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, const UnpoolOptions& options) {
  return unpool(3, x, indices, options);
}

}  // namespace luge
