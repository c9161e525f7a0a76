// Softmax cross-entropy of rows of logits against labels, and its gradient.
#pragma once

#include <cstdint>

namespace luge::cpu::loss {

inline constexpr std::int64_t ignored = -1;

struct Rows {
  std::int64_t classes = 0;
  float smoothing = 0;
};

struct Functions {
  /// Cost and log Σ exp (each may be null) of rows [0, count); labels[r] is a class or `ignored`.
  void (*forward)(const Rows& rows, const float* x, const std::int64_t* labels, float* cost, float* log_sum,
                  std::int64_t count);
  /// dx = (softmax(x) - t)·g, zero for ignored rows.
  void (*backward)(const Rows& rows, const float* x, const std::int64_t* labels, const float* log_sum,
                   const float* g, float* dx, std::int64_t count);
};
/// For the best instruction set of this machine.
const Functions& functions();

}  // namespace luge::cpu::loss
