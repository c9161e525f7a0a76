// Tensors of random numbers. Each call takes the generator's next draw (luge/random.h); inside a compiled
// function the draw is taken anew at each call. The numbers depend on seed, draw and position only: not on
// threads, device or layout.
#pragma once

#include <cstdint>

#include "luge/random.h"
#include "luge/tensor.h"

namespace luge::random {

/// Uniform in [low, high). Throws DTypeError unless floating.
Tensor uniform(const Shape& shape, double low = 0, double high = 1, DType dtype = f32);
/// Normal with the given mean and standard deviation (Box-Muller over two draws).
Tensor normal(const Shape& shape, double mean = 0, double deviation = 1, DType dtype = f32);
/// Normal, restricted to mean ± 2 deviations by the inverse distribution function. Source: TensorFlow
/// truncated_normal; `deviation` is the one before the restriction.
Tensor truncated_normal(const Shape& shape, double mean = 0, double deviation = 1, DType dtype = f32);
/// 1 with probability p [any shape], else 0; p's shape and dtype.
Tensor bernoulli(const Tensor& p);
/// Whole numbers in [low, high), each equally likely to within 2^-53. Throws ValueError when the range is
/// empty.
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, DType dtype = i64);
/// The numbers 0 … n-1 in random order, i64 [n]; drawn on the host. Throws ValueError for a negative n and
/// GraphError inside a compiled function, where it would be drawn once for all calls.
Tensor permutation(std::int64_t n);

}  // namespace luge::random
