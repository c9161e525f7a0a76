#pragma once
#include <cmath>
#include <limits>
#include <string>

#include "core/dispatch.h"
#include "graph/fields.h"

namespace luge {

/// Inputs: what is passed on, the factor (a scalar f64), and the tensors that are checked.
struct GuardFiniteAttributes {
  std::string labels;          // of the tensors, a line each
  bool factor_counts = false;  // a tensor's largest element times the factor must be finite too
  static void fields(auto& self, auto&& field) {
    field("labels", self.labels);
    field("factor_counts", self.factor_counts);
  }
};

inline constexpr std::size_t kGuardedFrom = 2;  // the first tensor among the inputs

/// Whether a tensor passes whose largest magnitude is this; NaN counts as larger than all.
inline bool passes_guard(DType dtype, double largest, double factor) {
  double most = std::numeric_limits<double>::max();
  if (dtype == DType::f32 || dtype == DType::bf16) most = std::numeric_limits<float>::max();
  if (dtype == DType::f16) most = 65504;
  return largest <= most && largest * std::abs(factor) <= most;
}

}  // namespace luge
