// Random tensors, composed from random_uniform.
#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "core/philox.h"
#include "graph/trace.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "ops/random_uniform.h"

namespace luge::random {
namespace {

Tensor unit(const Shape& shape, DType dtype) { return random_uniform(next_key(), zeros(shape, dtype)); }

/// The number whose error function is y: Giles 2012 in single precision, then two Newton steps for float64's
/// sake.
Tensor inverse_erf(const Tensor& y) {
  const Tensor w = -log((1 - y) * (1 + y));
  const auto polynomial = [](const Tensor& at, std::initializer_list<double> coefficients) {
    Tensor sum = full({}, *coefficients.begin(), at.dtype());
    for (auto c = coefficients.begin() + 1; c != coefficients.end(); ++c) sum = sum * at + *c;
    return sum;
  };
  const Tensor centre =
      polynomial(w - 2.5, {2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
                           -0.00125372503, -0.00417768164, 0.246640727, 1.50140941});
  const Tensor tail =
      polynomial(sqrt(w) - 3, {-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773,
                               -0.0076224613, 0.00943887047, 1.00167406, 2.83297682});
  Tensor x = y * where(less(w, 5), centre, tail);
  for (int step = 0; step < 2; ++step) {
    x = x - (erf(x) - y) * exp(square(x)) * (0.5 / std::numbers::inv_sqrtpi);
  }
  return x;
}

}  // namespace

Tensor uniform(const Shape& shape, double low, double high, DType dtype) {
  return unit(shape, dtype) * (high - low) + low;
}

Tensor normal(const Shape& shape, double mean, double deviation, DType dtype) {
  const Tensor radius = sqrt(-2 * log(1 - unit(shape, dtype)));
  return radius * cos(2 * std::numbers::pi * unit(shape, dtype)) * deviation + mean;
}

Tensor truncated_normal(const Shape& shape, double mean, double deviation, DType dtype) {
  const double edge = std::erf(std::numbers::sqrt2);  // of two deviations
  return inverse_erf(uniform(shape, -edge, edge, dtype)) * (std::numbers::sqrt2 * deviation) + mean;
}

Tensor bernoulli(const Tensor& p) { return cast(less(random_uniform(next_key(), p), p), p.dtype()); }

Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, DType dtype) {
  if (low >= high) throw ValueError(fmt::format("randint: [{}, {}) holds no whole number", low, high));
  const double range = static_cast<double>(high) - static_cast<double>(low);
  return cast(floor(unit(shape, f64) * range), dtype) + full({}, low, dtype);
}

Tensor permutation(std::int64_t n) {
  if (n < 0) throw ValueError(fmt::format("permutation: {} numbers cannot be ordered", n));
  if (values_come_later()) {
    throw GraphError(
        "permutation: drawn on the host, so not inside a compiled function; pass it in as an argument");
  }
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const State key = next();
  for (std::int64_t last = n - 1; last > 0; --last) {  // Fisher and Yates
    const double u = philox_f64(static_cast<std::uint64_t>(key.seed), static_cast<std::uint64_t>(key.draw),
                                static_cast<std::uint64_t>(last));
    const auto other = static_cast<std::size_t>(u * static_cast<double>(last + 1));
    std::swap(order[static_cast<std::size_t>(last)], order[other]);
  }
  return tensor(order, Shape{n});
}

}  // namespace luge::random
