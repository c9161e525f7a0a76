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
/// Returns whole numbers in [low, high), each with the same probability to within 2^-64. Throws ValueError
/// when the range is empty or the dtype cannot hold it. Source: PyTorch randint.
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, DType dtype = i64);
/// Returns the numbers 0 … n-1 in random order, i64 [n]. They are drawn on the host. Throws ValueError for a
/// negative n. Throws GraphError inside a compiled function, because all its calls would get the same order.
/// Source: PyTorch randperm.
Tensor permutation(std::int64_t n);

/// Returns exponential numbers, 0 or more, with density rate · exp(-rate·x). Throws ValueError for a rate
/// that is not above 0, and DTypeError when `dtype` is not floating. Source: PyTorch Tensor.exponential_.
Tensor exponential(const Shape& shape, double rate = 1, DType dtype = f32);
/// Returns Gumbel numbers location - scale · log(-log(u)) for uniform u; all are finite. Throws ValueError
/// for a negative scale, and DTypeError when `dtype` is not floating. Source: NumPy random.gumbel.
Tensor gumbel(const Shape& shape, double location = 0, double scale = 1, DType dtype = f32);

/// Options of gumbel_softmax.
struct GumbelSoftmaxOptions {
  double temperature = 1;  ///< close to 0: nearly all of the probability is in one class
  bool hard = false;       ///< return 1 for the likeliest class and 0 for others, with the gradient as before
  int axis = -1;           ///< the axis of the classes
};
/// Returns softmax((logits + Gumbel numbers) / temperature), a random class as probabilities that have a
/// gradient. Throws ValueError for a temperature that is not above 0, and DTypeError when `logits` are not
/// floating. Source: PyTorch functional.gumbel_softmax; Jang et al. 2017, Maddison et al. 2017.
Tensor gumbel_softmax(const Tensor& logits, GumbelSoftmaxOptions options = {});

/// Options of multinomial.
struct MultinomialOptions {
  bool replacement = false;  ///< a class may be drawn again; false: each is drawn at most once
};
/// Returns `count` classes drawn for each row of `weights` [...,n], i64 [...,count]. The probability of a
/// class is its weight over the sum of the weights of its row (without replacement, of those not drawn yet);
/// a class of weight 0 is never drawn. It has no gradient. Throws ValueError for a negative count and, when
/// the program runs, for a weight that is negative, NaN or infinite, for a row without a positive weight, and
/// for a draw without replacement from fewer positive weights than `count`. `weights` must be floating;
/// numbers are drawn in float64. Source: PyTorch multinomial.
Tensor multinomial(const Tensor& weights, std::int64_t count, MultinomialOptions options = {});

}  // namespace luge::random
