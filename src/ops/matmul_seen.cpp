// matmul_seen: the sums of a product of matrices over those pairs alone that a mask lets be seen. It is given
// the plain product, in which hidden elements are 0, and adds up again only where that is not finite: 0 times
// NaN or infinity, of something hidden, is NaN. product_seen: the pairs themselves. Each is the gradient of
// the other, so that nothing hidden comes in at any derivative.
#include "ops/matmul_seen.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "graph/op_registry.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "ops/attributes/matmul.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {
namespace {

/// Where the mask's element for an element of `a` is; an axis along which it is repeated has step 0.
class Seen {
 public:
  Seen(const View& mask, const Shape& a) : mask_(mask.as<const bool>()) {
    const Shape& own = mask.type.shape;
    std::int64_t step = 1;
    for (int k = 1; k <= own.rank(); ++k) {
      const std::int64_t extent = own[own.rank() - k];
      steps_[static_cast<std::size_t>(k)] = extent == 1 ? 0 : step;
      step *= extent;
    }
    for (int k = 3; k <= a.rank(); ++k) batch_[static_cast<std::size_t>(k)] = a[a.rank() - k];
    rank_ = a.rank();
  }
  bool operator()(std::int64_t matrix, std::int64_t row, std::int64_t column) const {
    std::int64_t at = row * steps_[2] + column * steps_[1];
    for (int k = 3; k <= rank_; ++k) {
      const std::int64_t extent = batch_[static_cast<std::size_t>(k)];
      at += matrix % extent * steps_[static_cast<std::size_t>(k)];
      matrix /= extent;
    }
    return mask_[at];
  }

 private:
  const bool* mask_;
  int rank_ = 0;
  std::array<std::int64_t, Shape::max_rank + 1> steps_{}, batch_{};  // by the axis, counted from the end
};

/// Several partial sums, which a processor adds at the same time.
template <class T>
bool all_finite(const T* x, std::int64_t count) {
  constexpr std::int64_t lanes = 8;
  Wide<T> zero[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (std::int64_t k = 0; k < lanes; ++k) zero[k] += widen(x[i + k]) - widen(x[i + k]);
  }
  for (; i < count; ++i) zero[0] += widen(x[i]) - widen(x[i]);
  return std::all_of(zero, zero + lanes, [](Wide<T> sum) { return sum == 0; });
}

struct MatmulSeen : Op<MatmulSeen, MatmulAttributes> {
  static constexpr auto name = "matmul_seen";

  Types infer(const Types& in) const {  // the plain product, a, b, seen
    check_inputs(name, in, 4);
    check_float(name, in[0]);
    check_same_dtype(name, in[0], in[1]);
    check_same_dtype(name, in[0], in[2]);
    check_bool(name, in[3]);
    for (const Type& operand : {in[1], in[2]}) {
      check_rank(name, "operand", operand, in[0].shape.rank());
      for (int axis = 0; axis < in[0].shape.rank() - 2; ++axis)
        check_extent(name, "operand", operand, axis, in[0].shape[axis]);
    }
    if (broadcasts_to(in[3].shape, in[1].shape)) return {in[0]};
    throw ShapeError("matmul_seen: the mask " + in[3].to_string() + " does not broadcast to " +
                     in[1].to_string());
  }

  void reference(const ReferenceCall& call) const {
    const Shape &a = call.in[1].type.shape, &y = call.out[0].type.shape;
    const int rank = a.rank();
    const std::int64_t rows = y[rank - 2], columns = y[rank - 1], inner = a[rank - (transpose_a ? 2 : 1)];
    const std::int64_t size = rows * columns, matrices = size == 0 ? 0 : y.elements() / size;
    const Seen seen(call.in[3], a);
    for_floating(call.out[0].type.dtype, [&]<class T>() {
      const T *plain = call.in[0].as<const T>(), *left = call.in[1].as<const T>(),
              *right = call.in[2].as<const T>();
      T* to = call.out[0].as<T>();
      for (std::int64_t m = 0; m < matrices; ++m, plain += size, to += size) {
        std::copy_n(plain, size, to);
        if (all_finite(plain, size)) continue;
        for (std::int64_t at = 0; at < size; ++at) {
          if (std::isfinite(widen(to[at]))) continue;
          const std::int64_t row = at / columns, column = at % columns;
          Wide<T> sum = 0;
          for (std::int64_t k = 0; k < inner; ++k) {
            if (!(transpose_a ? seen(m, k, row) : seen(m, row, k))) continue;
            const std::int64_t index = transpose_a ? k * rows + row : row * inner + k;
            sum += widen(left[m * rows * inner + index]) * widen(right[(m * inner + k) * columns + column]);
          }
          to[at] = narrow<T>(sum);
        }
      }
    });
  }

  // The plain product is only another way to the same sums.
  Tensors gradient(const GradientCall& c) const {
    const Tensor &a = c.in[1], &b = c.in[2], &seen = c.in[3], &g = c.g[0];
    Tensors result(4);
    if (c.needs[1]) result[1] = transpose_a ? product_seen(b, g, seen) : product_seen(g, b, seen);
    if (c.needs[2]) result[2] = matmul_seen(a, g, seen, !transpose_a);
    return result;
  }
};
const Registered<MatmulSeen> registered_matmul_seen;

struct ProductSeen : Op<ProductSeen> {
  static constexpr auto name = "product_seen";

  Types infer(const Types& in) const {  // a, b, seen
    check_inputs(name, in, 3);
    check_float(name, in[0]);
    check_same_dtype(name, in[0], in[1]);
    check_bool(name, in[2]);
    const int rank = in[0].shape.rank();
    check_rank(name, "right operand", in[1], rank);
    check_extent(name, "right operand", in[1], rank - 1, in[0].shape[rank - 1]);
    for (int axis = 0; axis < rank - 2; ++axis)
      check_extent(name, "right operand", in[1], axis, in[0].shape[axis]);
    const Type result{in[0].dtype, in[0].shape.with(rank - 1, in[1].shape[rank - 2])};
    if (broadcasts_to(in[2].shape, result.shape)) return {result};
    throw ShapeError("product_seen: the mask " + in[2].to_string() + " does not broadcast to " +
                     result.to_string());
  }
  Tensors decompose(const Tensors& in) const {
    return {where(in[2], matmul(in[0], in[1], {.transpose_b = true}), 0)};
  }
  Tensors gradient(const GradientCall& c) const {
    Tensors result(3);
    if (c.needs[0]) result[0] = matmul_seen(c.g[0], c.in[1], c.in[2]);
    if (c.needs[1]) result[1] = matmul_seen(c.g[0], c.in[0], c.in[2], true);
    return result;
  }
};
const Registered<ProductSeen> registered_product;

}  // namespace

Tensor matmul_seen(const Tensor& a, const Tensor& b, const Tensor& seen, bool transpose_a) {
  const Tensor shown = where(seen, a, 0);
  const Tensor plain = matmul(shown, b, {.transpose_a = transpose_a});
  return make<MatmulSeen>({.transpose_a = transpose_a}, plain, shown, b, seen);
}

Tensor product_seen(const Tensor& a, const Tensor& b, const Tensor& seen) {
  return make<ProductSeen>({}, a, b, seen);
}

}  // namespace luge
