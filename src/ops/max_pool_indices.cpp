// max_pool_indices: where in the image the largest elements of max_pool are, from where in their windows they
// were (PyTorch max_pool2d with return_indices).
#include "ops/checks.h"
#include "ops/conv_loop.h"
#include "ops/element.h"
#include "ops/pool.h"

namespace luge {
namespace {

struct MaxPoolIndicesAttributes {
  PoolAttributes pool;
  static void fields(auto& self, auto&& field) { PoolAttributes::fields(self.pool, field); }
};

struct MaxPoolIndices : Op<MaxPoolIndices, MaxPoolIndicesAttributes> {  // positions, x for its type
  static constexpr auto name = "max_pool_indices";
  static constexpr Traits traits{.type_only = 1u << 1};
  static constexpr auto no_gradient = "positions are whole numbers";

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_integer(name, in[0]);
    const Shape y = pool_shape(name, pool, in[1]);
    check_same_shape(name, "positions", in[0], "pool's output", {in[0].dtype, y});
    return {{i64, y}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[1].type.shape;
    const Space<PoolAttributes> s(pool, x, pool.kernel.data());
    const std::int64_t result = volume(s.out), channels = x[0] * x[1];
    for_integer(call.in[0].type.dtype, [&]<class P>() {
      for (std::int64_t c = 0; c < channels; ++c) {
        for_positions(s.out, [&](std::int64_t index, const Position& at) {
          auto tap = static_cast<std::int64_t>(call.in[0].as<const P>()[c * result + index]);
          Position k;
          for (std::size_t axis = 3; axis-- > 0; tap /= s.kernel[axis]) k[axis] = tap % s.kernel[axis];
          call.out[0].as<std::int64_t>()[c * result + index] = s.read_by(at, k);
        });
      }
    });
  }
};
const Registered<MaxPoolIndices> registered_max_pool_indices;

PooledWithIndices pooled(const PoolAttributes& a, const Tensor& x) {
  const Tensors both = make_max_pool(a, x);
  return {both[0], make<MaxPoolIndices>({a}, both[1], x)};
}

}  // namespace

PooledWithIndices max_pool1d_with_indices(const Tensor& x, const PoolOptions& options) {
  return pooled(pool_attributes("max_pool1d", 1, x, options), x);
}
PooledWithIndices max_pool2d_with_indices(const Tensor& x, const PoolOptions& options) {
  return pooled(pool_attributes("max_pool2d", 2, x, options), x);
}
PooledWithIndices max_pool3d_with_indices(const Tensor& x, const PoolOptions& options) {
  return pooled(pool_attributes("max_pool3d", 3, x, options), x);
}

}  // namespace luge
