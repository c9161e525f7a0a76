// sum_pool: the sum of every window, which lp_pool is made of. sum_pool_backward, its gradient, gives each
// element the sum over the windows that it is in.
#include "ops/checks.h"
#include "ops/conv_loop.h"
#include "ops/element.h"
#include "ops/pool.h"

namespace luge {
namespace {

struct SumPoolAttributes {
  PoolAttributes pool;
  static void fields(auto& self, auto&& field) { PoolAttributes::fields(self.pool, field); }
};

struct SumPool : Op<SumPool, SumPoolAttributes> {
  static constexpr auto name = "sum_pool";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    return {{in[0].dtype, pool_shape("lp_pool", pool, in[0])}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[0].type.shape;
    const Space<PoolAttributes> s(pool, x, pool.kernel.data());
    const std::int64_t image = volume(s.in), result = volume(s.out), channels = x[0] * x[1];
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      for (std::int64_t c = 0; c < channels; ++c) {
        const T* from = call.in[0].as<const T>() + c * image;
        for_positions(s.out, [&](std::int64_t index, const Position& at) {
          double sum = 0;
          for_positions(s.kernel, [&](std::int64_t, const Position& k) {
            if (const std::int64_t read = s.read_by(at, k); read >= 0) sum += widen(from[read]);
          });
          call.out[0].as<T>()[c * result + index] = narrow<T>(sum);
        });
      }
    });
  }
  Tensors gradient(const GradientCall& c) const;
};
const Registered<SumPool> registered_sum_pool;

struct SumPoolBackward : Op<SumPoolBackward, SumPoolAttributes> {  // dy, x for its type
  static constexpr auto name = "sum_pool_backward";
  static constexpr Traits traits{.type_only = 1u << 1};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_float(name, in[0]);
    check_same_dtype(name, in[0], in[1]);
    check_same_shape(name, "output gradient", in[0], "pool's output",
                     {in[1].dtype, pool_shape(name, pool, in[1])});
    return {in[1]};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[1].type.shape;
    const Space<PoolAttributes> s(pool, x, pool.kernel.data());
    const std::int64_t image = volume(s.in), result = volume(s.out), channels = x[0] * x[1];
    for_floating(call.in[0].type.dtype, [&]<class T>() {
      for (std::int64_t c = 0; c < channels; ++c) {
        const T* dy = call.in[0].as<const T>() + c * result;
        for_positions(s.in, [&](std::int64_t index, const Position& at) {
          double sum = 0;
          for_positions(s.kernel, [&](std::int64_t, const Position& k) {
            if (const std::int64_t reader = s.reader_of(at, k); reader >= 0) sum += widen(dy[reader]);
          });
          call.out[0].as<T>()[c * image + index] = narrow<T>(sum);
        });
      }
    });
  }
  Tensors gradient(const GradientCall& c) const { return {make<SumPool>(*this, c.g[0]), Tensor()}; }
};
const Registered<SumPoolBackward> registered_backward_sum_pool;

Tensors SumPool::gradient(const GradientCall& c) const {
  return {make<SumPoolBackward>(*this, c.g[0], c.in[0])};
}

}  // namespace

Tensor make_sum_pool(const PoolAttributes& a, const Tensor& x) { return make<SumPool>({a}, x); }

}  // namespace luge
