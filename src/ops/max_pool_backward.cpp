// max_pool_backward: brings each gradient back to where the maximum was. max_pool_select, its gradient,
// picks the elements at the same positions.
#include "ops/checks.h"
#include "ops/conv_loop.h"
#include "ops/element.h"
#include "ops/pool.h"

namespace luge {
namespace {

void check_positions(std::string_view op, const PoolAttributes& a, const Type& positions, const Type& x) {
  check_integer(op, positions);
  check_same_shape(op, "positions", positions, "pool's output", {x.dtype, pool_shape(op, a, x)});
}

/// Calls body.operator()<element type, position type>().
template <class Body>
void for_types(DType element, DType position, Body&& body) {
  for_number(element, [&]<class T>() {
    if (position == u8) {
      body.template operator()<T, std::uint8_t>();
    } else {
      body.template operator()<T, std::int32_t>();
    }
  });
}

struct MaxPoolBackward : Op<MaxPoolBackward, PoolAttributes> {
  static constexpr auto name = "max_pool_backward";
  static constexpr Traits traits{
      .type_only = 1u << 2, .narrowing = Narrowing::follows, .role = Role::backward};

  Types infer(const Types& in) const {
    check_inputs(name, in, 3);
    check_same_dtype(name, in[0], in[2]);
    check_same_shape(name, "output gradient", in[0], "positions", in[1]);
    check_positions(name, *this, in[1], in[2]);
    return {in[2]};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[2].type.shape;
    const Space<PoolAttributes> s(*this, x, kernel.data());
    const std::int64_t image = volume(s.in), result = volume(s.out), channels = x[0] * x[1];
    for_types(call.in[0].type.dtype, call.in[1].type.dtype, [&]<class T, class P>() {
      for (std::int64_t c = 0; c < channels; ++c) {
        const T* dy = call.in[0].as<const T>() + c * result;
        const P* positions = call.in[1].as<const P>() + c * result;
        T* dx = call.out[0].as<T>() + c * image;
        for_positions(s.in, [&](std::int64_t index, const Position& at) {
          Wide<T> sum{0};
          for_positions(s.kernel, [&](std::int64_t tap, const Position& k) {
            const std::int64_t reader = s.reader_of(at, k);
            if (reader >= 0 && static_cast<std::int64_t>(positions[reader]) == tap)
              sum = plus(sum, widen(dy[reader]));
          });
          dx[index] = narrow<T>(sum);
        });
      }
    });
  }
  Tensors gradient(const GradientCall& c) const {
    return {make_max_pool_select(*this, c.g[0], c.in[1]), Tensor(), Tensor()};
  }
};
const Registered<MaxPoolBackward> registered_max_pool_backward;

struct MaxPoolSelect : Op<MaxPoolSelect, PoolAttributes> {
  static constexpr auto name = "max_pool_select";
  static constexpr Traits traits{.narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_positions(name, *this, in[1], in[0]);
    return {{in[0].dtype, pool_shape(name, *this, in[0])}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& x = call.in[0].type.shape;
    const Space<PoolAttributes> s(*this, x, kernel.data());
    const std::int64_t image = volume(s.in), result = volume(s.out), channels = x[0] * x[1];
    for_types(call.in[0].type.dtype, call.in[1].type.dtype, [&]<class T, class P>() {
      for (std::int64_t c = 0; c < channels; ++c) {
        for_positions(s.out, [&](std::int64_t index, const Position& at) {
          std::int64_t tap = static_cast<std::int64_t>(call.in[1].as<const P>()[c * result + index]);
          Position k;
          for (std::size_t axis = 3; axis-- > 0; tap /= s.kernel[axis]) k[axis] = tap % s.kernel[axis];
          const std::int64_t from = s.read_by(at, k);
          call.out[0].as<T>()[c * result + index] =
              from < 0 ? T{} : call.in[0].as<const T>()[c * image + from];
        });
      }
    });
  }
  Tensors gradient(const GradientCall& c) const {
    return {make_max_pool_backward(*this, c.g[0], c.in[1], c.in[0]), Tensor()};
  }
};
const Registered<MaxPoolSelect> registered_select;

}  // namespace

Tensor make_max_pool_backward(const PoolAttributes& a, const Tensor& dy, const Tensor& positions,
                              const Tensor& x) {
  return make<MaxPoolBackward>(a, dy, positions, x);
}
Tensor make_max_pool_select(const PoolAttributes& a, const Tensor& x, const Tensor& positions) {
  return make<MaxPoolSelect>(a, x, positions);
}

}  // namespace luge
