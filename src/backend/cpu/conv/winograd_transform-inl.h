// The transforms between images or weights and the 36 points, one vector of channels at a time. Per-target
// include guard, as Highway wants it.
#if defined(LUGE_CONV_WINOGRAD_TRANSFORM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_CONV_WINOGRAD_TRANSFORM_INL_H_
#undef LUGE_CONV_WINOGRAD_TRANSFORM_INL_H_
#else
#define LUGE_CONV_WINOGRAD_TRANSFORM_INL_H_
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::conv::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

// Polynomials are evaluated at 0, ±a, ±b and infinity. Of the pairs with few bits these lose the fewest
// digits: a quarter of the error of 1 and 2.
constexpr float kA = 0.625f, kB = 1.5f;
constexpr float kA2 = kA * kA, kB2 = kB * kB;

HWY_INLINE V constant(float value) { return hn::Set(D(), value); }

// Six points of the image, `step` vectors apart, to six points of the product.
HWY_INLINE void spread_line(V d0, V d1, V d2, V d3, V d4, V d5, V* HWY_RESTRICT r) {
  const V even_a = hn::NegMulAdd(constant(kB2), d2, d4), odd_a = hn::NegMulAdd(constant(kB2), d1, d3);
  const V even_b = hn::NegMulAdd(constant(kA2), d2, d4), odd_b = hn::NegMulAdd(constant(kA2), d1, d3);
  r[0] = hn::MulAdd(constant(kA2 * kB2), d0, hn::NegMulAdd(constant(kA2 + kB2), d2, d4));
  r[1] = hn::MulAdd(constant(kA), odd_a, even_a);
  r[2] = hn::NegMulAdd(constant(kA), odd_a, even_a);
  r[3] = hn::MulAdd(constant(kB), odd_b, even_b);
  r[4] = hn::NegMulAdd(constant(kB), odd_b, even_b);
  r[5] = hn::MulAdd(constant(kA2 * kB2), d1, hn::NegMulAdd(constant(kA2 + kB2), d3, d5));
}

// Six points of the product to four of the result.
HWY_INLINE void gather_line(V m0, V m1, V m2, V m3, V m4, V m5, V* HWY_RESTRICT r) {
  const V sum_a = hn::Add(m1, m2), difference_a = hn::Sub(m1, m2);
  const V sum_b = hn::Add(m3, m4), difference_b = hn::Sub(m3, m4);
  r[0] = hn::Add(hn::Add(m0, sum_a), sum_b);
  r[1] = hn::MulAdd(constant(kA), difference_a, hn::Mul(constant(kB), difference_b));
  r[2] = hn::MulAdd(constant(kA2), sum_a, hn::Mul(constant(kB2), sum_b));
  r[3] = hn::MulAdd(constant(kA2 * kA), difference_a, hn::MulAdd(constant(kB2 * kB), difference_b, m5));
}

// Its transpose: four points of the result's gradient to six of the product's.
HWY_INLINE void spread_gradient_line(V y0, V y1, V y2, V y3, V* HWY_RESTRICT r) {
  const V even_a = hn::MulAdd(constant(kA2), y2, y0), even_b = hn::MulAdd(constant(kB2), y2, y0);
  const V odd_a = hn::MulAdd(constant(kA2 * kA), y3, hn::Mul(constant(kA), y1));
  const V odd_b = hn::MulAdd(constant(kB2 * kB), y3, hn::Mul(constant(kB), y1));
  r[0] = y0;
  r[1] = hn::Add(even_a, odd_a);
  r[2] = hn::Sub(even_a, odd_a);
  r[3] = hn::Add(even_b, odd_b);
  r[4] = hn::Sub(even_b, odd_b);
  r[5] = y3;
}

constexpr float kWeightA = 1 / (2 * kA2 * (kA2 - kB2)), kWeightB = 1 / (2 * kB2 * (kB2 - kA2));

// Three weights to six points.
HWY_INLINE void spread_weights_line(V w0, V w1, V w2, V* HWY_RESTRICT r) {
  const V even_a = hn::MulAdd(constant(kWeightA * kA2), w2, hn::Mul(constant(kWeightA), w0));
  const V even_b = hn::MulAdd(constant(kWeightB * kB2), w2, hn::Mul(constant(kWeightB), w0));
  r[0] = hn::Mul(constant(1 / (kA2 * kB2)), w0);
  r[1] = hn::MulAdd(constant(kWeightA * kA), w1, even_a);
  r[2] = hn::NegMulAdd(constant(kWeightA * kA), w1, even_a);
  r[3] = hn::MulAdd(constant(kWeightB * kB), w1, even_b);
  r[4] = hn::NegMulAdd(constant(kWeightB * kB), w1, even_b);
  r[5] = w2;
}

// Its transpose.
HWY_INLINE void gather_weights_line(V u0, V u1, V u2, V u3, V u4, V u5, V* HWY_RESTRICT r) {
  const V sum_a = hn::Add(u1, u2), sum_b = hn::Add(u3, u4);
  const V odd_a = hn::Sub(u1, u2), odd_b = hn::Sub(u3, u4);
  r[0] = hn::MulAdd(constant(kWeightA), sum_a,
                    hn::MulAdd(constant(kWeightB), sum_b, hn::Mul(constant(1 / (kA2 * kB2)), u0)));
  r[1] = hn::MulAdd(constant(kWeightA * kA), odd_a, hn::Mul(constant(kWeightB * kB), odd_b));
  r[2] = hn::MulAdd(constant(kWeightA * kA2), sum_a, hn::MulAdd(constant(kWeightB * kB2), sum_b, u5));
}

}  // namespace luge::cpu::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
