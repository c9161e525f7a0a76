// adaptive_max_pool: the largest elements of a number of windows that cover the image, and their positions in
// it (PyTorch adaptive_max_pool2d).
#include <cmath>

#include "luge/ops/index.h"
#include "luge/ops/pooling.h"
#include "luge/ops/shape.h"
#include "ops/adaptive_pool.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {
namespace {

struct AdaptiveMaxPool : Op<AdaptiveMaxPool, AdaptivePoolAttributes> {
  static constexpr auto name = "adaptive_max_pool";
  static constexpr Traits traits{.narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    const Shape y = adaptive_shape(name, *this, in[0]);
    return {{in[0].dtype, y}, {i64, y}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[0].type.shape;
    const AdaptiveWindows windows(*this, x);
    const std::int64_t image = volume(windows.in), result = volume(windows.out), channels = x[0] * x[1];
    for_number(call.in[0].type.dtype, [&]<class T>() {
      for (std::int64_t c = 0; c < channels; ++c) {
        const T* from = call.in[0].as<const T>() + c * image;
        for_positions(windows.out, [&](std::int64_t index, const Position& at) {
          std::int64_t best = -1;
          windows.each(at, [&](std::int64_t element) {
            if (best < 0 || beats(widen(from[element]), widen(from[best]))) best = element;
          });
          if (call.out[0].data) call.out[0].as<T>()[c * result + index] = from[best];
          if (call.out[1].data) call.out[1].as<std::int64_t>()[c * result + index] = best;
        });
      }
    });
  }
  Tensors gradient(const GradientCall& c) const {
    if (!c.g[0].defined()) return Tensors(1);
    const Tensor sums =
        scatter_add(zeros_like(flatten(c.in[0], 2)), flatten(c.out[1], 2), flatten(c.g[0], 2), 2);
    return {reshape_like(sums, c.in[0])};
  }

 private:
  // The first of the largest elements wins; NaN is larger than everything.
  template <class W>
  static bool beats(W value, W best) {
    if constexpr (std::floating_point<W>) {
      if (std::isnan(value)) return !std::isnan(best);
    }
    return value > best;
  }
};
const Registered<AdaptiveMaxPool> registered_adaptive_max_pool;

Tensor pool(std::string_view op, int spatial, const Tensor& x, const PerAxis& output) {
  return make<AdaptiveMaxPool>(adaptive_attributes(op, spatial, x, output), x);
}

}  // namespace

Tensor adaptive_max_pool1d(const Tensor& x, const PerAxis& output) {
  return pool("adaptive_max_pool1d", 1, x, output);
}
Tensor adaptive_max_pool2d(const Tensor& x, const PerAxis& output) {
  return pool("adaptive_max_pool2d", 2, x, output);
}
Tensor adaptive_max_pool3d(const Tensor& x, const PerAxis& output) {
  return pool("adaptive_max_pool3d", 3, x, output);
}

}  // namespace luge
