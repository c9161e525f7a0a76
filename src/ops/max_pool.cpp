// max_pool: the largest element of every window, and where in the window it was (ONNX MaxPool).
#include <cmath>
#include <limits>

#include "ops/checks.h"
#include "ops/conv_loop.h"
#include "ops/element.h"
#include "ops/pool.h"

namespace luge {
namespace {

/// The first of the largest elements wins; NaN is larger than everything.
template <class T>
bool beats(Wide<T> value, Wide<T> best) {
  if constexpr (!std::integral<T>) {
    if (std::isnan(value)) return !std::isnan(best);
  }
  return value > best;
}

template <class T, class P>
void pool(std::int64_t channels, const Space<PoolAttributes>& s, const T* x, T* y, P* positions) {
  const std::int64_t image = volume(s.in), result = volume(s.out);
  for (std::int64_t c = 0; c < channels; ++c) {
    for_positions(s.out, [&](std::int64_t index, const Position& at) {
      Wide<T> best{};
      std::int64_t position = -1;
      for_positions(s.kernel, [&](std::int64_t tap, const Position& k) {
        const std::int64_t from = s.read_by(at, k);
        if (from < 0) return;
        const Wide<T> value = widen(x[c * image + from]);
        if (position < 0 || beats<T>(value, best)) best = value, position = tap;
      });
      if (position < 0) {  // a dilated window may cover only padding
        if constexpr (std::integral<T>) {
          best = std::numeric_limits<T>::lowest();
        } else {
          best = -std::numeric_limits<double>::infinity();
        }
        position = 0;
      }
      if (y) y[c * result + index] = narrow<T>(best);
      if (positions) positions[c * result + index] = static_cast<P>(position);
    });
  }
}

struct MaxPool : Op<MaxPool, PoolAttributes> {
  static constexpr auto name = "max_pool";
  static constexpr Traits traits{.narrowing = Narrowing::follows, .role = Role::forward};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    const Shape y = pool_shape(name, *this, in[0]);
    std::int64_t taps = 1;
    for (std::int64_t extent : kernel) taps *= extent;
    return {{in[0].dtype, y}, {taps <= 256 ? u8 : i32, y}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[0].type.shape;
    const Space<PoolAttributes> space(*this, x, kernel.data());
    for_number(call.in[0].type.dtype, [&]<class T>() {
      const T* from = call.in[0].as<const T>();
      if (call.out[1].type.dtype == u8) {
        pool(x[0] * x[1], space, from, call.out[0].as<T>(), call.out[1].as<std::uint8_t>());
      } else {
        pool(x[0] * x[1], space, from, call.out[0].as<T>(), call.out[1].as<std::int32_t>());
      }
    });
  }
  Tensors gradient(const GradientCall& c) const {
    if (!c.g[0].defined()) return Tensors(1);
    return {make_max_pool_backward(*this, c.g[0], c.out[1], c.in[0])};
  }
};
const Registered<MaxPool> registered_max_pool;

}  // namespace

Tensors make_max_pool(const PoolAttributes& a, const Tensor& x) { return make_all<MaxPool>(a, x); }

Tensor max_pool1d(const Tensor& x, const PoolOptions& options) {
  return make_max_pool(pool_attributes("max_pool1d", 1, x, options), x)[0];
}
Tensor max_pool2d(const Tensor& x, const PoolOptions& options) {
  return make_max_pool(pool_attributes("max_pool2d", 2, x, options), x)[0];
}
Tensor max_pool3d(const Tensor& x, const PoolOptions& options) {
  return make_max_pool(pool_attributes("max_pool3d", 3, x, options), x)[0];
}

}  // namespace luge
