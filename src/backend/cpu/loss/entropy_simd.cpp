#include "backend/cpu/loss/entropy.h"

#include <cmath>

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/loss/entropy_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/vector/lanes-inl.h"
#include "backend/cpu/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::loss::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using namespace vector::HWY_NAMESPACE;
using std::int64_t;

struct Sums {
  float log_sum, all;  // log Σ exp x, Σ x
};
HWY_INLINE Sums sums_of(const float* x, int64_t classes) {
  const F d;
  Register largest = hn::Set(d, x[0]), all = hn::Zero(d);
  for (int64_t c = 0; c < classes; c += kLanes) {
    const Register value = load_lanes(x + c, classes - c);
    all = hn::Add(all, value);
    const Register inside =
        classes - c >= kLanes
            ? value
            : hn::IfThenElse(hn::FirstN(d, static_cast<std::size_t>(classes - c)), value, largest);
    largest = hn::Max(largest, inside);
  }
  const float top = hn::GetLane(hn::MaxOfLanes(d, largest));
  if (std::isinf(top)) return {top, 0};
  Register sum = hn::Zero(d);
  for (int64_t c = 0; c < classes; c += kLanes) {
    const Register value = hn::Sub(load_lanes(x + c, classes - c), hn::Set(d, top));
    sum = hn::Add(sum, first_lanes(exp_of_negative(Vectors<float>(), value), classes - c));
  }
  const float total = hn::GetLane(hn::SumOfLanes(d, sum));
  return {top + std::log(total), hn::GetLane(hn::SumOfLanes(d, all))};
}

void forward(const Rows& rows, const float* x, const int64_t* labels, float* cost, float* log_sum,
             int64_t count) {
  const float share = rows.smoothing / static_cast<float>(rows.classes);
  for (int64_t r = 0; r < count; ++r) {
    const float* row = x + r * rows.classes;
    const Sums sums = sums_of(row, rows.classes);
    if (log_sum) log_sum[r] = sums.log_sum;
    if (!cost) continue;
    cost[r] = 0;
    if (labels[r] == ignored) continue;
    cost[r] = (1 - rows.smoothing) * (sums.log_sum - row[labels[r]]);
    if (rows.smoothing > 0) cost[r] += share * (static_cast<float>(rows.classes) * sums.log_sum - sums.all);
  }
}

void backward(const Rows& rows, const float* x, const int64_t* labels, const float* log_sum, const float* g,
              float* dx, int64_t count) {
  const F d;
  const float share = rows.smoothing / static_cast<float>(rows.classes);
  for (int64_t r = 0; r < count; ++r) {
    const float* row = x + r * rows.classes;
    float* to = dx + r * rows.classes;
    const bool counts = labels[r] != ignored;
    const Register shift = hn::Set(d, log_sum[r]), slope = hn::Set(d, counts ? g[r] : 0);
    for (int64_t c = 0; c < rows.classes; c += kLanes) {
      const Register power =
          exp_of_negative(Vectors<float>(), hn::Sub(load_lanes(row + c, rows.classes - c), shift));
      const Register part = hn::Mul(hn::Sub(power, hn::Set(d, share)), slope);
      store_lanes(counts ? part : hn::Zero(d), to + c, rows.classes - c);
    }
    if (counts) to[labels[r]] -= (1 - rows.smoothing) * g[r];
  }
}

const Functions& find_target() {
  static constexpr Functions all{forward, backward};
  return all;
}

}  // namespace
}  // namespace luge::cpu::loss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::loss {
HWY_EXPORT(find_target);
const Functions& functions() { return HWY_DYNAMIC_DISPATCH(find_target)(); }
}  // namespace luge::cpu::loss
#endif
