#include "optim/clip.h"

#include <span>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"

namespace luge::optim {
namespace {

// The factor is applied in two halves: it may be too small for float32 when the product is not.
Tensor limit_norm(const Tensor& gradient, const Tensor& norm, double limit) {
  const Tensor root = cast(sqrt(minimum(limit / (norm + 1e-6), 1)), gradient.dtype());
  return gradient * root * root;
}

// Σ g² as float64, of gradients that are finite themselves: where a sum of float32 squares overflows, one of
// smaller numbers replaces it.
Tensor square_sum(const Tensor& g) {
  const Tensor plain = sum(square(g));
  if (g.dtype() == f64) return plain;
  constexpr double shrink = 0x1p-96;
  const Tensor shrunk = cast(sum(square(g * shrink)), f64) * (1 / shrink / shrink);
  return where(isfinite(plain), cast(plain, f64), shrunk);
}

// The norm of several gradients together, float64.
Tensor length(std::span<const Tensor> gradients) {
  constexpr double shrink = 0x1p-600;  // for float64, whose squares overflow above 2^512
  Tensor total, shrunk;
  const auto add = [](Tensor& to, const Tensor& own) { to = to.defined() ? to + own : own; };
  for (const Tensor& g : gradients) {
    if (!g.defined()) continue;
    add(total, square_sum(g));
    if (g.dtype() == f64) add(shrunk, square_sum(g * shrink));
  }
  if (!total.defined() || !shrunk.defined()) return total.defined() ? sqrt(total) : total;
  return where(isfinite(total), sqrt(total), sqrt(shrunk) / shrink);
}

}  // namespace

void clip(Tensors& gradients, const OptimizerOptions& options) {
  for (Tensor& g : gradients) {
    if (!g.defined()) continue;
    if (options.clip_value > 0) g = clamp(g, -options.clip_value, options.clip_value);
    if (options.clip_norm > 0) g = limit_norm(g, length({&g, 1}), options.clip_norm);
  }
  if (options.clip_global_norm == 0) return;
  const Tensor norm = length(gradients);
  for (Tensor& g : gradients) {
    if (g.defined()) g = limit_norm(g, norm, options.clip_global_norm);
  }
}

}  // namespace luge::optim
