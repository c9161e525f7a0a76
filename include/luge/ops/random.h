// Tensors of random numbers.
/// @file
/// Each call takes the next draw of the generator (luge/random.h). Inside a compiled function, each call of
/// that function takes a new draw. The numbers depend on seed, draw and position only, not on threads, device
/// or layout.
#pragma once

#include <cstdint>

#include "luge/random.h"
#include "luge/tensor.h"

namespace luge::random {

/// Returns numbers that are uniform in [low, high). Throws DTypeError when `dtype` is not floating.
Tensor uniform(const Shape& shape, double low = 0, double high = 1, DType dtype = f32);
/// Returns normal numbers with this mean and standard deviation (Box-Muller; two draws are taken). Throws
/// DTypeError when `dtype` is not floating.
Tensor normal(const Shape& shape, double mean = 0, double deviation = 1, DType dtype = f32);
/// Returns normal numbers restricted to mean ± 2 deviations. `deviation` is the standard deviation before the
/// restriction. Throws DTypeError when `dtype` is not floating. Source: TensorFlow truncated_normal.
Tensor truncated_normal(const Shape& shape, double mean = 0, double deviation = 1, DType dtype = f32);
/// Returns 1 with probability p and 0 otherwise, in the shape and dtype of p. Throws DTypeError when p is not
/// floating. Source: PyTorch bernoulli.
Tensor bernoulli(const Tensor& p);
/// Returns whole numbers in [low, high), each with the same probability to within 2^-53. Throws ValueError
/// when the range is empty or the dtype cannot hold it. Source: PyTorch randint.
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, DType dtype = i64);
/// Returns the numbers 0 … n-1 in random order, i64 [n]. They are drawn on the host. Throws ValueError for a
/// negative n. Throws GraphError inside a compiled function, because all its calls would get the same order.
/// Source: PyTorch randperm.
Tensor permutation(std::int64_t n);

}  // namespace luge::random
