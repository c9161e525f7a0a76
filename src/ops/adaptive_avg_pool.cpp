// adaptive_avg_pool: the means of a number of windows that cover the image (PyTorch adaptive_avg_pool2d), and
// adaptive_avg_pool_backward, which divides the gradient among each window.
#include <algorithm>

#include "luge/ops/pooling.h"
#include "ops/adaptive_pool.h"
#include "ops/checks.h"
#include "ops/element.h"
#include "ops/wide.h"

namespace luge {
namespace {

struct AdaptiveAvgPool : Op<AdaptiveAvgPool, AdaptivePoolAttributes> {
  static constexpr auto name = "adaptive_avg_pool";
  static constexpr Traits traits{.narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    return {{in[0].dtype, adaptive_shape(name, *this, in[0])}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[0].type.shape;
    const AdaptiveWindows windows(*this, x);
    const std::int64_t image = volume(windows.in), result = volume(windows.out), channels = x[0] * x[1];
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      for (std::int64_t c = 0; c < channels; ++c) {
        const T* from = call.in[0].as<const T>() + c * image;
        for_positions(windows.out, [&](std::int64_t index, const Position& at) {
          double sum = 0;
          windows.each(at, [&](std::int64_t element) { sum += widen(from[element]); });
          call.out[0].as<T>()[c * result + index] =
              narrow<T>(sum / static_cast<double>(windows.elements(at)));
        });
      }
    });
  }
  Tensors gradient(const GradientCall& c) const;
};
const Registered<AdaptiveAvgPool> registered_adaptive_avg_pool;

struct AdaptiveAvgPoolBackward : Op<AdaptiveAvgPoolBackward, AdaptivePoolAttributes> {  // dy, x for its type
  static constexpr auto name = "adaptive_avg_pool_backward";
  static constexpr Traits traits{.type_only = 1u << 1};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_float(name, in[0]);
    check_same_shape(name, "output gradient", in[0], "pool's output",
                     {in[0].dtype, adaptive_shape(name, *this, in[1])});
    return {{in[0].dtype, in[1].shape}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[1].type.shape;
    const AdaptiveWindows windows(*this, x);
    const std::int64_t image = volume(windows.in), result = volume(windows.out), channels = x[0] * x[1];
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      T* dx = call.out[0].as<T>();
      std::fill(dx, dx + channels * image, narrow<T>(0));
      for (std::int64_t c = 0; c < channels; ++c, dx += image) {
        for_positions(windows.out, [&](std::int64_t index, const Position& at) {
          const double share =
              widen(call.in[0].as<const T>()[c * result + index]) / static_cast<double>(windows.elements(at));
          windows.each(at,
                       [&](std::int64_t element) { dx[element] = narrow<T>(widen(dx[element]) + share); });
        });
      }
    });
  }
  Tensors gradient(const GradientCall& c) const { return {make<AdaptiveAvgPool>(*this, c.g[0]), Tensor()}; }
};
const Registered<AdaptiveAvgPoolBackward> registered_backward_adaptive_avg_pool;

Tensors AdaptiveAvgPool::gradient(const GradientCall& c) const {
  return {cast(make<AdaptiveAvgPoolBackward>(*this, to_accumulator(c.g[0]), c.in[0]), c.in[0].dtype())};
}

Tensor pool(std::string_view op, int spatial, const Tensor& x, const PerAxis& output) {
  return make<AdaptiveAvgPool>(adaptive_attributes(op, spatial, x, output), x);
}

}  // namespace

Tensor adaptive_avg_pool1d(const Tensor& x, const PerAxis& output) {
  return pool("adaptive_avg_pool1d", 1, x, output);
}
Tensor adaptive_avg_pool2d(const Tensor& x, const PerAxis& output) {
  return pool("adaptive_avg_pool2d", 2, x, output);
}
Tensor adaptive_avg_pool3d(const Tensor& x, const PerAxis& output) {
  return pool("adaptive_avg_pool3d", 3, x, output);
}

}  // namespace luge
