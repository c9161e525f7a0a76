// Random tensors, composed from random_uniform.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "core/philox.h"
#include "graph/trace.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/elementwise.h"
#include "ops/random_uniform.h"
#include "ops/random_whole.h"
#include "ops/wide.h"

namespace luge::random {
namespace {

// In [0, 1), in the dtype in which random numbers of another dtype are drawn.
Tensor unit(const Shape& shape, DType dtype) {
  return random_uniform(next_key(), zeros(shape, accumulator(dtype)));
}

// The largest number of a dtype below `high`, for what rounding would lift up to it.
double below(double high, DType dtype) {
  const int digits = dtype == bf16 ? 8 : 11;
  const int exponent = std::max(std::ilogb(high), dtype == bf16 ? -126 : -14);
  const double step = std::ldexp(1.0, exponent - digits + 1);
  const double rounded = std::floor(high / step) * step;
  if (rounded < high) return rounded;
  return high > 0 && high == std::ldexp(1.0, exponent) ? high - step / 2 : high - step;
}

// Standard Gumbel numbers in the shape and dtype of x. A draw of 0 means the middle of the interval that it
// was rounded from, so that the result is finite.
Tensor gumbel_like(const Tensor& x) {
  const double half_step = x.dtype() == f64 ? 0x1p-54 : 0x1p-25;
  return -log(maximum(-log1p(-random_uniform(next_key(), x)), half_step));
}

// Rounded to 16 bits, still below `high`.
Tensor rounded_below(const Tensor& x, double high, DType dtype) {
  if (dtype == x.dtype()) return x;
  return cast(minimum(x, high == 0 ? 0.0 : below(high, dtype)), dtype);
}

/// The number whose error function is y: Giles 2012 in single precision, then two Newton steps for float64's
/// sake.
Tensor inverse_erf(const Tensor& y) {
  const Tensor w = -log((1 - y) * (1 + y));
  const auto polynomial = [](const Tensor& at, std::initializer_list<double> coefficients) {
    Tensor sum = full({}, *coefficients.begin(), at.dtype());
    for (auto c = coefficients.begin() + 1; c != coefficients.end(); ++c) sum = sum * at + *c;
    return sum;
  };
  const Tensor center =
      polynomial(w - 2.5, {2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
                           -0.00125372503, -0.00417768164, 0.246640727, 1.50140941});
  const Tensor tail =
      polynomial(sqrt(w) - 3, {-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773,
                               -0.0076224613, 0.00943887047, 1.00167406, 2.83297682});
  Tensor x = y * where(less(w, 5), center, tail);
  for (int step = 0; step < 2; ++step) {
    x = x - (erf(x) - y) * exp(square(x)) * (0.5 / std::numbers::inv_sqrtpi);
  }
  return x;
}

}  // namespace

Tensor uniform(const Shape& shape, double low, double high, DType dtype) {
  const Tensor drawn = unit(shape, dtype);
  const double most = drawn.dtype() == f64 ? std::numeric_limits<double>::max()
                                           : static_cast<double>(std::numeric_limits<float>::max());
  const bool fits = std::abs(high - low) <= most;  // both ends may fit when their distance does not
  return rounded_below(fits ? drawn * (high - low) + low : drawn * high + (1 - drawn) * low, high, dtype);
}

Tensor normal(const Shape& shape, double mean, double deviation, DType dtype) {
  const Tensor radius = sqrt(-2 * log(1 - unit(shape, dtype)));
  return cast(radius * cos(2 * std::numbers::pi * unit(shape, dtype)) * deviation + mean, dtype);
}

Tensor truncated_normal(const Shape& shape, double mean, double deviation, DType dtype) {
  const double edge = std::erf(std::numbers::sqrt2);  // of two deviations
  const Tensor drawn = uniform(shape, -edge, edge, accumulator(dtype));
  return cast(inverse_erf(drawn) * (std::numbers::sqrt2 * deviation) + mean, dtype);
}

Tensor bernoulli(const Tensor& p) {
  const Tensor wide = to_accumulator(p);
  return cast(less(random_uniform(next_key(), wide), wide), p.dtype());
}

Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, DType dtype) {
  if (low >= high) throw ValueError(fmt::format("randint: [{}, {}) holds no whole number", low, high));
  number_tensor("randint", low, dtype), number_tensor("randint", high - 1, dtype);
  const std::uint64_t range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  return cast(random_whole(next_key(), zeros(shape, i64), low, range), dtype);
}

Tensor exponential(const Shape& shape, double rate, DType dtype) {
  if (!(rate > 0)) throw ValueError(fmt::format("exponential: rate is {}, expected a number above 0", rate));
  return cast(-log1p(-unit(shape, dtype)) / rate, dtype);
}

Tensor gumbel(const Shape& shape, double location, double scale, DType dtype) {
  if (!(scale >= 0)) throw ValueError(fmt::format("gumbel: scale is {}, expected 0 or more", scale));
  return cast(gumbel_like(zeros(shape, accumulator(dtype))) * scale + location, dtype);
}

Tensor gumbel_softmax(const Tensor& logits, GumbelSoftmaxOptions options) {
  check_float("gumbel_softmax", {logits.dtype(), logits.shape()});
  const int axis = check_axis("gumbel_softmax", options.axis, logits.rank());
  if (!(options.temperature > 0)) {
    throw ValueError(
        fmt::format("gumbel_softmax: temperature is {}, expected a number above 0", options.temperature));
  }
  return in_accumulator(logits, [&](const Tensor& wide) {
    const Tensor soft = softmax((wide + gumbel_like(wide)) / options.temperature, axis);
    if (!options.hard) return soft;
    const Tensor chosen = equal(iota_like(soft, axis), argmax(soft, axis, keep_dims));
    return stop_gradient(cast(chosen, soft.dtype()) - soft) + soft;
  });
}

Tensor permutation(std::int64_t n) {
  if (n < 0) throw ValueError(fmt::format("permutation: {} numbers cannot be ordered", n));
  if (values_come_later()) {
    throw GraphError(
        "permutation: drawn on the host, so not inside a compiled function; pass it in as an argument");
  }
  std::vector<std::int64_t> order;
  try {
    order.resize(static_cast<std::size_t>(n));
  } catch (const std::exception&) {
    throw MemoryError(fmt::format("permutation: {} numbers do not fit in memory", n));
  }
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
