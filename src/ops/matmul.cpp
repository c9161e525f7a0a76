// matmul: products of matrices with broadcast batch axes (ONNX MatMul), optional transposes and bias.
#include "ops/attributes/matmul.h"

#include <fmt/format.h>

#include "graph/op_registry.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/matrices.h"
#include "ops/mixed.h"

namespace luge {
namespace {

/// Rows, inner extent and columns of one product, and the steps between elements of each operand.
struct Product {
  std::int64_t rows, inner, columns;
  std::int64_t a_row, a_inner, b_inner, b_column;
};

Product product_of(const MatmulAttributes& m, const Shape& a, const Shape& b) {
  const auto last = [](const Shape& s, int k) { return s[s.rank() - k]; };
  Product p{};
  p.rows = last(a, m.transpose_a ? 1 : 2);
  p.inner = last(a, m.transpose_a ? 2 : 1);
  p.columns = last(b, m.transpose_b ? 2 : 1);
  p.a_row = m.transpose_a ? 1 : last(a, 1);
  p.a_inner = m.transpose_a ? last(a, 1) : 1;
  p.b_inner = m.transpose_b ? 1 : last(b, 1);
  p.b_column = m.transpose_b ? last(b, 1) : 1;
  return p;
}

/// One batch axis of the result; unknown extents wait until they are known.
std::int64_t batch_extent(const Shape& a, const Shape& b, int from_end) {
  const std::int64_t x = a.rank() >= from_end ? a[a.rank() - from_end] : 1;
  const std::int64_t y = b.rank() >= from_end ? b[b.rank() - from_end] : 1;
  if (x == y || y == 1) return x;
  if (x == 1 || x == unknown) return y;
  if (y == unknown) return x;
  throw ShapeError(fmt::format("matmul: batch axes of a {} and b {} do not broadcast: {} against {}",
                               a.to_string(), b.to_string(), x, y));
}

template <class T, class R>
void multiply(const Product& p, const T* a, const T* b, const Bias<T>& bias, R* y) {
  for (std::int64_t r = 0; r < p.rows; ++r) {
    for (std::int64_t c = 0; c < p.columns; ++c) {
      Wide<T> sum = bias.at(c);
      for (std::int64_t k = 0; k < p.inner; ++k) {
        sum =
            plus(sum, times(widen(a[r * p.a_row + k * p.a_inner]), widen(b[k * p.b_inner + c * p.b_column])));
      }
      y[r * p.columns + c] = narrow<R>(sum);
    }
  }
}

struct Matmul : Op<Matmul, MatmulAttributes> {
  static constexpr auto name = "matmul";
  static constexpr Traits traits{.narrowing = Narrowing::products, .stays_wide = 1u << 2};

  Types infer(const Types& in) const {
    const auto& [a, b] = std::pair(in[0].shape, in[1].shape);
    if (in[0].dtype != in[1].dtype || in[0].dtype == boolean) {
      throw DTypeError(fmt::format("matmul: a is {} and b is {}; expected one numeric type (write cast)",
                                   in[0].to_string(), in[1].to_string()));
    }
    if (a.rank() < 2 || b.rank() < 2) {
      throw ShapeError(
          fmt::format("matmul: a {} and b {} need at least 2 axes", a.to_string(), b.to_string()));
    }
    if (wide && !fits_product(in[0].dtype, DType::f32)) {
      throw DTypeError(fmt::format("matmul: a wide product of {}; expected bf16 or f16", in[0].to_string()));
    }
    const Product p = product_of(*this, a, b);
    const std::int64_t b_inner = b[b.rank() - (transpose_b ? 1 : 2)];
    if (p.inner != b_inner && p.inner != unknown && b_inner != unknown) {
      throw ShapeError(
          fmt::format("matmul: a {}{} and b {}{} do not fit: inner extent {} of a against {} of b",
                      a.to_string(), transpose_a ? " transposed" : "", b.to_string(),
                      transpose_b ? " transposed" : "", p.inner, b_inner));
    }
    if (in.size() == 3) check_bias(in[2], in[0].dtype, p.columns);
    Shape result;
    for (int k = std::max(a.rank(), b.rank()); k > 2; --k) result = result.appended(batch_extent(a, b, k));
    return {{wide ? DType::f32 : in[0].dtype, result.appended(p.rows).appended(p.columns)}};
  }

  void reference(const ReferenceCall& call) const {
    const Shape &a = call.in[0].type.shape, &b = call.in[1].type.shape, &y = call.out[0].type.shape;
    const Product p = product_of(*this, a, b);
    const std::int64_t size = p.rows * p.columns;
    if (size == 0) return;
    const std::int64_t matrices = y.elements() / size;
    for_product(call.in[0].type.dtype, call.out[0].type.dtype, [&]<class T, class R>() {
      const Bias<T> bias(call);
      for (std::int64_t i = 0; i < matrices; ++i) {
        multiply(p, call.in[0].as<const T>() + matrix_of(a, y, i) * p.rows * p.inner,
                 call.in[1].as<const T>() + matrix_of(b, y, i) * p.inner * p.columns, bias,
                 call.out[0].as<R>() + i * size);
      }
    });
  }

  MatmulAttributes widened() const {
    MatmulAttributes attributes = *this;
    attributes.wide = true;
    return attributes;
  }

  Tensors gradient(const GradientCall& c) const {
    const Tensor &a = c.in[0], &b = c.in[1], &g = c.g[0];
    Tensors result(c.in.size());
    if (c.needs[0]) {
      result[0] = fit(transpose_a ? matmul(b, g, {.transpose_a = transpose_b, .transpose_b = true})
                                  : matmul(g, b, {.transpose_b = !transpose_b}),
                      a);
    }
    if (c.needs[1] && b.rank() == 2 && a.rank() > 2 && !transpose_a) {
      // One product over all rows, instead of one for each matrix and a sum over them.
      const Tensor rows = flatten(a, 0, -2), g_rows = flatten(g, 0, -2);
      result[1] = transpose_b ? matmul(g_rows, rows, {.transpose_a = true})
                              : matmul(rows, g_rows, {.transpose_a = true});
    } else if (c.needs[1]) {
      result[1] = fit(transpose_b ? matmul(g, a, {.transpose_a = true, .transpose_b = transpose_a})
                                  : matmul(a, g, {.transpose_a = !transpose_a}),
                      b);
    }
    if (c.in.size() == 3 && c.needs[2]) result[2] = sum_like(g, c.in[2]);
    return result;
  }

 private:
  // Plain matrices were not broadcast.
  static Tensor fit(const Tensor& gradient, const Tensor& operand) {
    return gradient.rank() == 2 ? gradient : sum_like(gradient, operand);
  }
  static void check_bias(const Type& bias, DType dtype, std::int64_t columns) {
    if (!fits_product(dtype, bias.dtype)) {
      throw DTypeError(fmt::format("matmul: bias is {}, expected {}", name_of(bias.dtype), name_of(dtype)));
    }
    const bool fits = bias.shape.rank() == 1 &&
                      (bias.shape[0] == columns || bias.shape[0] == unknown || columns == unknown);
    if (!fits) {
      throw ShapeError(
          fmt::format("matmul: bias {} does not fit {} columns", bias.shape.to_string(), columns));
    }
  }
  static std::string_view name_of(DType dtype) { return luge::name(dtype); }
};
const Registered<Matmul> registered_matmul;

Tensor multiply(const Tensor& a, const Tensor& b, const Tensor& bias, const MatmulOptions& options) {
  const MatmulAttributes attributes{.transpose_a = options.transpose_a && a.rank() > 1,
                                    .transpose_b = options.transpose_b && b.rank() > 1};
  const Tensor left = a.rank() == 1 ? unsqueeze(a, 0) : a;
  const Tensor right = b.rank() == 1 ? unsqueeze(b, 1) : b;
  if (bias.defined()) check_same_dtype(Matmul::name, {a.dtype(), a.shape()}, {bias.dtype(), bias.shape()});
  Tensor y =
      bias.defined() ? make<Matmul>(attributes, left, right, bias) : make<Matmul>(attributes, left, right);
  if (b.rank() == 1) y = squeeze(y, -1);
  if (a.rank() == 1) y = squeeze(y, b.rank() == 1 ? -1 : -2);
  return y;
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options) {
  return multiply(a, b, {}, options);
}

Tensor matmul(const Tensor& a, const Tensor& b, const Tensor& bias, const MatmulOptions& options) {
  return multiply(a, b, bias, options);
}

Tensor linear(const Tensor& x, const Tensor& w, const Tensor& b) {
  return matmul(x, w, b, {.transpose_b = true});
}

Tensor dot(const Tensor& a, const Tensor& b) {
  if (a.rank() != 1 || b.rank() != 1) {
    throw ShapeError(fmt::format("dot: expected two vectors, got {} and {}", a.shape().to_string(),
                                 b.shape().to_string()));
  }
  return matmul(a, b);
}

Tensor outer(const Tensor& a, const Tensor& b) {
  if (a.rank() != 1 || b.rank() != 1) {
    throw ShapeError(fmt::format("outer: expected two vectors, got {} and {}", a.shape().to_string(),
                                 b.shape().to_string()));
  }
  return unsqueeze(a, 1) * unsqueeze(b, 0);
}

}  // namespace luge
