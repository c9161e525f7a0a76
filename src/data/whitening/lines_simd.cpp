#include "data/whitening/lines_simd.h"

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "data/whitening/lines_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::data::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
void add_scaled_lines(T factor, const T* HWY_RESTRICT from, T* HWY_RESTRICT to, std::size_t count) {
  const hn::ScalableTag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto by = hn::Set(d, factor);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(hn::MulAdd(by, hn::LoadU(d, from + i), hn::LoadU(d, to + i)), d, to + i);
  for (; i < count; ++i) to[i] += factor * from[i];
}

void add_scaled_double(double factor, const double* from, double* to, std::size_t count) {
  add_scaled_lines(factor, from, to, count);
}
void add_scaled_float(float factor, const float* from, float* to, std::size_t count) {
  add_scaled_lines(factor, from, to, count);
}

void rotate_lines(double c, double s, double* HWY_RESTRICT a, double* HWY_RESTRICT b, std::size_t count) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto cosine = hn::Set(d, c), sine = hn::Set(d, s);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto x = hn::LoadU(d, a + i), y = hn::LoadU(d, b + i);
    hn::StoreU(hn::NegMulAdd(sine, y, hn::Mul(cosine, x)), d, a + i);
    hn::StoreU(hn::MulAdd(sine, x, hn::Mul(cosine, y)), d, b + i);
  }
  for (; i < count; ++i) {
    const double x = a[i], y = b[i];
    a[i] = c * x - s * y;
    b[i] = s * x + c * y;
  }
}

}  // namespace
}  // namespace luge::data::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::data {

HWY_EXPORT(add_scaled_double);
HWY_EXPORT(add_scaled_float);
HWY_EXPORT(rotate_lines);

void add_scaled(double factor, const double* from, double* to, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(add_scaled_double)(factor, from, to, count);
}
void add_scaled(float factor, const float* from, float* to, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(add_scaled_float)(factor, from, to, count);
}
void rotate(double c, double s, double* a, double* b, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(rotate_lines)(c, s, a, b, count);
}

}  // namespace luge::data
#endif
