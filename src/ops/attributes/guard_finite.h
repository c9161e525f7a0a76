#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/dispatch.h"
#include "graph/fields.h"
#include "graph/kernel_error.h"

namespace luge {

/// Inputs: what is passed on, the factor (a scalar f64), the tensors that are checked, and `groups` times as
/// many: of each the values that a step along it changes, and the sums that it is added to.
struct GuardFiniteAttributes {
  std::string labels;          // of the tensors, a line each
  bool factor_counts = false;  // a tensor's largest element times the factor must be finite too
  double limit = 0;            // the bound of elements before a step is taken; 0: none
  std::int64_t groups = 0;     // 0, 1 or 2
  double times = 1;            // that a tensor is added to its sum
  static void fields(auto& self, auto&& field) {
    field("labels", self.labels);
    field("factor_counts", self.factor_counts);
    field("limit", self.limit);
    field("groups", self.groups);
    field("times", self.times);
  }
  std::size_t guarded(std::size_t inputs) const;
};

inline constexpr std::size_t kGuardedFrom = 2;  // the first tensor among the inputs

inline std::size_t GuardFiniteAttributes::guarded(std::size_t inputs) const {
  return (inputs - kGuardedFrom) / static_cast<std::size_t>(1 + groups);
}

/// Of a dtype: its largest number, and what may be added to it and is lost in rounding.
struct Room {
  double most, lost;
};
inline Room room_of(DType dtype) {
  switch (dtype) {
    case DType::f32: return {std::numeric_limits<float>::max(), 0x1p102};
    case DType::bf16: return {0x1.fep127, 0x1p118};
    case DType::f16: return {65504, 15};
    default: return {std::numeric_limits<double>::max(), 0x1p969};
  }
}

/// Whether a tensor passes whose largest magnitude is this; NaN counts as larger than all.
inline bool passes_guard(DType dtype, double largest, double factor, double limit = 0) {
  const double most = room_of(dtype).most;
  const double held = limit > 0 ? std::min(largest, limit) : largest;
  return largest <= most && held * std::abs(factor) <= most;
}

/// How far a step along a tensor with such a largest element goes at most. Rules that divide a gradient by
/// its own size take steps of a few times the rate, whatever it is.
inline double reach_of(double largest, double factor, double limit) {
  return std::abs(factor) * ((limit > 0 ? std::min(largest, limit) : largest) + 16);
}

/// Whether values take a step of such a reach without leaving the numbers of their dtype. `largest()`, their
/// largest magnitude, is asked for only where it matters: what is added to any number and lost in rounding is
/// no step out.
template <class Largest>
bool takes_step(DType dtype, double reach, Largest&& largest) {
  const auto [most, lost] = room_of(dtype);
  const bool narrow = size_of(dtype) == 2;  // small steps add up in float32 next to it
  return (reach <= lost && !narrow) || largest() + reach <= most + lost;
}

/// Whether a guarded tensor passes whose largest magnitude is `most`. Group 0 is the tensor itself, 1 the
/// values that a step along it changes, 2 the sums that it is added to: `dtype_of(group)` is asked for what
/// counts, `largest(group)` only where it matters.
template <class DTypeOf, class Largest>
bool passes_guard(const GuardFiniteAttributes& a, double most, double factor, DTypeOf&& dtype_of,
                  Largest&& largest) {
  if (!passes_guard(dtype_of(0), most, factor, a.limit)) return false;
  const auto steps = [&](std::size_t group, double reach) {
    return takes_step(dtype_of(group), reach, [&] { return largest(group); });
  };
  return (a.groups < 1 || steps(1, reach_of(most, factor, a.limit))) &&
         (a.groups < 2 || steps(2, a.times * most));
}

/// The tensors that a guard refused: the first one, and how many there are.
class GuardErrors {
 public:
  void add(std::int64_t tensor, double most) {
    if (error_.limit++ == 0) error_ = {tensor, most, 1};
  }
  void record(Status& status) const {
    if (error_.limit > 0) status.record(error_);
  }

 private:
  KernelError error_;
};

}  // namespace luge
