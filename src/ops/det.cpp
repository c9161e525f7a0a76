// det: determinants; their gradient is the op cofactor, which singular matrices have, too. slogdet: sign
// and logarithm of determinants.
#include <cmath>
#include <limits>

#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "ops/factor.h"
#include "ops/matrices.h"
#include "ops/wide.h"

namespace luge {
namespace {

// Calls visit(index, factors) for each matrix.
template <class Visit>
void each_factored(const View& x, Pivoting pivoting, const Visit& visit) {
  const Shape& shape = x.type.shape;
  const std::int64_t n = shape[shape.rank() - 1], count = matrices_of("det", shape);
  std::vector<double> matrix(static_cast<std::size_t>(n * n));
  LuFactors factors;
  for (std::int64_t index = 0; index < count; ++index) {
    load_matrix(x, index, matrix);
    factor(matrix, n, pivoting, factors);
    visit(index, factors);
  }
}

void store(const View& to, std::int64_t index, double value) {
  if (to.data) store_matrix({&value, 1}, to, index);
}

// A number for each matrix, as a factor of its elements.
Tensor over_matrices(const Tensor& x) { return unsqueeze(x, {-2, -1}); }

Tensor cofactors(const Tensor& x);

struct Det : Op<Det> {
  static constexpr auto name = "det";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_square(name, "input", in[0]);
    return {Type{in[0].dtype, batch_of(in[0].shape)}};
  }
  Tensors gradient(const GradientCall& c) const { return {over_matrices(c.g[0]) * cofactors(c.in[0])}; }
  void reference(const ReferenceCall& call) const {
    each_factored(call.in[0], Pivoting::partial, [&](std::int64_t index, const LuFactors& factors) {
      double product = factors.stuck >= 0 ? 0 : factors.sign;
      for (std::int64_t i = 0; i < factors.n && factors.stuck < 0; ++i) product *= factors.row(i)[i];
      store(call.out[0], index, product);
    });
  }
};
const Registered<Det> registered_det;

struct Cofactor : Op<Cofactor> {
  static constexpr auto name = "cofactor";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_square(name, "input", in[0]);
    return {in[0]};
  }
  // With y = det·x⁻ᵀ: Σ(x⁻ᵀ·g)·y - y·gᵀ·x⁻ᵀ.
  Tensors gradient(const GradientCall& c) const {
    const Tensor &g = c.g[0], &y = c.out[0], turned = transpose(inverse(c.in[0]));
    const Tensor along = sum(turned * g, {-2, -1}, keep_dims);
    return {along * y - matmul(matmul(y, g, {.transpose_b = true}), turned)};
  }
  void reference(const ReferenceCall& call) const {
    std::vector<double> made;
    each_factored(call.in[0], Pivoting::complete, [&](std::int64_t index, const LuFactors& factors) {
      made.resize(factors.lu.size());
      cofactors_of(factors, made);
      store_matrix(made, call.out[0], index);
    });
  }
};
const Registered<Cofactor> registered_cofactor;

Tensor cofactors(const Tensor& x) { return make<Cofactor>({}, x); }

struct Slogdet : Op<Slogdet> {
  static constexpr auto name = "slogdet";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_square(name, "input", in[0]);
    const Type each{in[0].dtype, batch_of(in[0].shape)};
    return {each, each};
  }
  Tensors gradient(const GradientCall& c) const {
    if (!c.g[1].defined()) return {zeros_like(c.in[0])};  // the sign is constant
    return {over_matrices(c.g[1]) * transpose(inverse(c.in[0]))};
  }
  void reference(const ReferenceCall& call) const {
    each_factored(call.in[0], Pivoting::partial, [&](std::int64_t index, const LuFactors& factors) {
      const bool singular = factors.stuck >= 0;
      double sign = singular ? 0 : factors.sign,
             sum = singular ? -std::numeric_limits<double>::infinity() : 0;
      for (std::int64_t i = 0; i < factors.n && !singular; ++i) {
        const double pivot = factors.row(i)[i];
        sign *= std::isnan(pivot) ? pivot : std::copysign(1.0, pivot);
        sum += std::log(std::abs(pivot));
      }
      store(call.out[0], index, sign);
      store(call.out[1], index, sum);
    });
  }
};
const Registered<Slogdet> registered_slogdet;

}  // namespace

Tensor det(const Tensor& x) {
  return in_accumulator(x, [](const Tensor& wide) { return make<Det>({}, wide); });
}

LogDeterminant slogdet(const Tensor& x) {
  const Tensors parts = make_all<Slogdet>({}, to_accumulator(x));
  return {cast(parts[0], x.dtype()), cast(parts[1], x.dtype())};
}

}  // namespace luge
