// The post-ops of our own convolutions on vectors. Per-target include guard, as Highway wants it.
#if defined(LUGE_CONV_POST_OPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_CONV_POST_OPS_INL_H_
#undef LUGE_CONV_POST_OPS_INL_H_
#else
#define LUGE_CONV_POST_OPS_INL_H_
#endif

#include <cstdint>

#include "backend/cpu/conv/post_op_values.h"
#include "backend/cpu/vector/lanes-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::conv::HWY_NAMESPACE {
namespace {

/// What follows bias and addend, for vectors of which the first `filled` lanes are channels or points; those
/// after them become 0.
class PostOpVectors {
 public:
  using F = cpu::vector::HWY_NAMESPACE::F;
  using Register = cpu::vector::HWY_NAMESPACE::Register;

  HWY_INLINE PostOpVectors(const PostOpValues& e, std::int64_t filled)
      : slope_(hwy::HWY_NAMESPACE::Set(F(), e.slope)),
        limit_(hwy::HWY_NAMESPACE::Set(F(), e.limit)),
        after_(hwy::HWY_NAMESPACE::Set(F(), e.after_limit())),
        filled_(filled),
        relu_(e.relu),
        leaky_(e.slope != 0),
        limited_(e.limited),
        part_(filled < cpu::vector::HWY_NAMESPACE::kLanes) {}

  // Max and Min give their second operand where one is NaN: a result that is NaN stays so.
  HWY_INLINE Register operator()(Register value) const {
    apply<1>(&value);
    return value;
  }

  /// The same for several; each step is asked for once.
  template <int kCount>
  HWY_INLINE void apply(Register* HWY_RESTRICT values) const {
    namespace hn = hwy::HWY_NAMESPACE;
    const F d;
    if (relu_ && !leaky_) {
      const Register zero = hn::Zero(d);
#pragma GCC unroll 16
      for (int k = 0; k < kCount; ++k) values[k] = hn::Max(zero, values[k]);
    } else if (relu_) {  // infinite values times a slope of 0 would be NaN
#pragma GCC unroll 16
      for (int k = 0; k < kCount; ++k) values[k] = hn::Max(hn::Mul(slope_, values[k]), values[k]);
    }
    if (limited_) {
#pragma GCC unroll 16
      for (int k = 0; k < kCount; ++k) values[k] = hn::Add(hn::Min(limit_, values[k]), after_);
    }
    if (part_) {
#pragma GCC unroll 16
      for (int k = 0; k < kCount; ++k)
        values[k] = cpu::vector::HWY_NAMESPACE::first_lanes(values[k], filled_);
    }
  }

 private:
  Register slope_, limit_, after_;
  std::int64_t filled_;
  bool relu_, leaky_, limited_, part_;
};

}  // namespace
}  // namespace luge::cpu::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
