// avg_pool: the mean of every window (ONNX AveragePool), and avg_pool_backward, which divides the gradient
// among the window.
#include "ops/checks.h"
#include "ops/conv_loop.h"
#include "ops/element.h"
#include "ops/pool.h"

namespace luge {
namespace {

/// How many taps of the window at `at` count: those inside the image or, with count_include_pad, inside its
/// padding.
double divisor(const Space<PoolAttributes>& s, bool include_pad, const Position& at) {
  double count = 1;
  for (std::size_t a = 0; a < 3; ++a) {
    const Window& w = s.windows.axis[a];
    std::int64_t taps = 0;
    for (std::int64_t k = 0; k < w.kernel; ++k) {
      const std::int64_t i = w.at(at[a], k);
      taps += include_pad ? i < w.in + w.pad_end : w.inside(i);
    }
    count *= static_cast<double>(taps);
  }
  return count > 0 ? count : 1;  // a dilated window may cover no element: 0
}

struct AvgPool : Op<AvgPool, PoolAttributes> {
  static constexpr auto name = "avg_pool";
  static constexpr Traits traits{.narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    return {{in[0].dtype, pool_shape(name, *this, in[0])}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[0].type.shape;
    const Space<PoolAttributes> s(*this, x, kernel.data());
    const std::int64_t image = volume(s.in), result = volume(s.out), channels = x[0] * x[1];
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      for_positions(s.out, [&](std::int64_t index, const Position& at) {
        const double count = divisor(s, count_include_pad, at);
        for (std::int64_t c = 0; c < channels; ++c) {
          double sum = 0;
          for_positions(s.kernel, [&](std::int64_t, const Position& k) {
            const std::int64_t from = s.read_by(at, k);
            if (from >= 0) sum += widen(call.in[0].as<const T>()[c * image + from]);
          });
          call.out[0].as<T>()[c * result + index] = narrow<T>(sum / count);
        }
      });
    });
  }
  Tensors gradient(const GradientCall& c) const { return {make_avg_pool_backward(*this, c.g[0], c.in[0])}; }
};
const Registered<AvgPool> registered_avg_pool;

struct AvgPoolBackward : Op<AvgPoolBackward, PoolAttributes> {
  static constexpr auto name = "avg_pool_backward";
  static constexpr Traits traits{.type_only = 1u << 1, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_float(name, in[0]);
    check_same_dtype(name, in[0], in[1]);
    check_same_shape(name, "output gradient", in[0], "pool's output",
                     {in[1].dtype, pool_shape(name, *this, in[1])});
    return {in[1]};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[1].type.shape;
    const Space<PoolAttributes> s(*this, x, kernel.data());
    const std::int64_t image = volume(s.in), result = volume(s.out), channels = x[0] * x[1];
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      for_positions(s.in, [&](std::int64_t index, const Position& at) {
        for (std::int64_t c = 0; c < channels; ++c) {
          double sum = 0;
          for_positions(s.kernel, [&](std::int64_t, const Position& k) {
            const std::int64_t reader = s.reader_of(at, k);
            if (reader < 0) return;
            const Position window = {reader / (s.out[1] * s.out[2]), reader / s.out[2] % s.out[1],
                                     reader % s.out[2]};
            sum +=
                widen(call.in[0].as<const T>()[c * result + reader]) / divisor(s, count_include_pad, window);
          });
          call.out[0].as<T>()[c * image + index] = narrow<T>(sum);
        }
      });
    });
  }
  Tensors gradient(const GradientCall& c) const { return {make_avg_pool(*this, c.g[0]), Tensor()}; }
};
const Registered<AvgPoolBackward> registered_backward_avg_pool;

}  // namespace

Tensor make_avg_pool(const PoolAttributes& a, const Tensor& x) { return make<AvgPool>(a, x); }
Tensor make_avg_pool_backward(const PoolAttributes& a, const Tensor& dy, const Tensor& x) {
  return make<AvgPoolBackward>(a, dy, x);
}

Tensor avg_pool1d(const Tensor& x, const PoolOptions& options) {
  return make_avg_pool(pool_attributes("avg_pool1d", 1, x, options), x);
}
Tensor avg_pool2d(const Tensor& x, const PoolOptions& options) {
  return make_avg_pool(pool_attributes("avg_pool2d", 2, x, options), x);
}
Tensor avg_pool3d(const Tensor& x, const PoolOptions& options) {
  return make_avg_pool(pool_attributes("avg_pool3d", 3, x, options), x);
}

}  // namespace luge
