#include "backend/cpu/norm/rows.h"

#include <algorithm>
#include <cmath>

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/norm/rows_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::norm::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using std::int64_t;
using Whole = hn::ScalableTag<float>;
using One = hn::CappedTag<float, 1>;

// Calls body(tag, position) for every vector of a row, then for the elements that are left.
template <class Body>
HWY_INLINE void for_row(int64_t columns, const Body& body) {
  const Whole d;
  const auto n = static_cast<int64_t>(hn::Lanes(d));
  int64_t k = 0;
  for (; k + n <= columns; k += n) body(d, k);
  for (; k < columns; ++k) body(One(), k);
}

// Two sums of a row: term(tag, position, a, b) adds to both.
template <class Term>
HWY_INLINE void add_up(int64_t columns, const Term& term, float& first, float& second) {
  const Whole d;
  const One one;
  const auto n = static_cast<int64_t>(hn::Lanes(d));
  auto a0 = hn::Zero(d), a1 = hn::Zero(d), b0 = hn::Zero(d), b1 = hn::Zero(d);
  auto rest_a = hn::Zero(one), rest_b = hn::Zero(one);
  int64_t k = 0;
  for (; k + 2 * n <= columns; k += 2 * n) {
    term(d, k, a0, b0);
    term(d, k + n, a1, b1);
  }
  for (; k + n <= columns; k += n) term(d, k, a0, b0);
  for (; k < columns; ++k) term(one, k, rest_a, rest_b);
  first = hn::GetLane(hn::SumOfLanes(d, hn::Add(a0, a1))) + hn::GetLane(rest_a);
  second = hn::GetLane(hn::SumOfLanes(d, hn::Add(b0, b1))) + hn::GetLane(rest_b);
}

struct Sum {
  const float* x;
  template <class D>
  HWY_INLINE void operator()(D d, int64_t k, hn::Vec<D>& a, hn::Vec<D>&) const {
    a = hn::Add(a, hn::LoadU(d, x + k));
  }
};
struct Squares {
  const float* x;
  float mean;
  template <class D>
  HWY_INLINE void operator()(D d, int64_t k, hn::Vec<D>& a, hn::Vec<D>&) const {
    const auto centered = hn::Sub(hn::LoadU(d, x + k), hn::Set(d, mean));
    a = hn::MulAdd(centered, centered, a);
  }
};
struct Normalize {
  const RowForward& p;
  int64_t at;
  float mean, inverse;
  template <class D>
  HWY_INLINE void operator()(D d, int64_t k) const {
    const auto normal = hn::Mul(hn::Sub(hn::LoadU(d, p.x + at + k), hn::Set(d, mean)), hn::Set(d, inverse));
    hn::StoreU(hn::MulAdd(normal, hn::LoadU(d, p.scale + k), hn::LoadU(d, p.shift + k)), d, p.y + at + k);
  }
};

// The variance of numbers whose squares no float32 holds, and their mean; hardly ever met.
double wide_variance(const float* x, int64_t columns, float& mean) {
  double sum = 0, squares = 0;
  for (int64_t k = 0; k < columns; ++k) sum += static_cast<double>(x[k]);
  const double exact = sum / static_cast<double>(columns);
  for (int64_t k = 0; k < columns; ++k) {
    const double distance = static_cast<double>(x[k]) - exact;
    squares += distance * distance;
  }
  mean = static_cast<float>(exact);
  return squares / static_cast<double>(columns);
}

void forward(const Rows& r, const RowForward& p, int64_t first, int64_t last) {
  const auto n = static_cast<double>(r.columns);
  for (int64_t row = first; row < last; ++row) {
    const int64_t at = row * r.columns;
    float sum = 0, squares = 0, unused = 0;
    add_up(r.columns, Sum{p.x + at}, sum, unused);
    auto mean = static_cast<float>(static_cast<double>(sum) / n);
    add_up(r.columns, Squares{p.x + at, mean}, squares, unused);
    double variance = static_cast<double>(squares) / n;
    if (std::isinf(squares)) variance = wide_variance(p.x + at, r.columns, mean);
    const auto inverse = static_cast<float>(1 / std::sqrt(variance + r.epsilon));
    if (p.y) for_row(r.columns, Normalize{p, at, mean, inverse});
    if (p.mean) p.mean[row] = mean;
    if (p.inverse) p.inverse[row] = inverse;
  }
}

// Σ dy·scale and Σ dy·scale·normal; on the way dy and dy·normal are added to the gradients of shift and
// scale.
struct Slopes {
  const RowBackward& p;
  int64_t at;
  float mean, inverse;
  template <class D>
  HWY_INLINE void operator()(D d, int64_t k, hn::Vec<D>& a, hn::Vec<D>& b) const {
    const auto dy = hn::LoadU(d, p.dy + at + k);
    const auto normal = hn::Mul(hn::Sub(hn::LoadU(d, p.x + at + k), hn::Set(d, mean)), hn::Set(d, inverse));
    hn::StoreU(hn::Add(hn::LoadU(d, p.dshift + k), dy), d, p.dshift + k);
    hn::StoreU(hn::MulAdd(dy, normal, hn::LoadU(d, p.dscale + k)), d, p.dscale + k);
    const auto g = hn::Mul(dy, hn::LoadU(d, p.scale + k));
    a = hn::Add(a, g);
    b = hn::MulAdd(g, normal, b);
  }
};
struct Spread {
  const RowBackward& p;
  int64_t at;
  float mean, inverse, average, slope;  // dx = inverse·(dy·scale - average - normal·slope)
  template <class D>
  HWY_INLINE void operator()(D d, int64_t k) const {
    const auto normal = hn::Mul(hn::Sub(hn::LoadU(d, p.x + at + k), hn::Set(d, mean)), hn::Set(d, inverse));
    const auto g = hn::Mul(hn::LoadU(d, p.dy + at + k), hn::LoadU(d, p.scale + k));
    const auto rest = hn::MulAdd(normal, hn::Set(d, slope), hn::Set(d, average));
    hn::StoreU(hn::Mul(hn::Sub(g, rest), hn::Set(d, inverse)), d, p.dx + at + k);
  }
};

void backward(const Rows& r, const RowBackward& p, int64_t first, int64_t last) {
  std::fill_n(p.dscale, r.columns, 0.0f);
  std::fill_n(p.dshift, r.columns, 0.0f);
  const auto n = static_cast<float>(r.columns);
  for (int64_t row = first; row < last; ++row) {
    const int64_t at = row * r.columns;
    float sum = 0, product = 0;
    add_up(r.columns, Slopes{p, at, p.mean[row], p.inverse[row]}, sum, product);
    if (p.dx) for_row(r.columns, Spread{p, at, p.mean[row], p.inverse[row], sum / n, product / n});
  }
}

const RowLoops* find_row_loops() {
  static constexpr RowLoops loops{forward, backward};
  return &loops;
}

}  // namespace
}  // namespace luge::cpu::norm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::norm {

HWY_EXPORT(find_row_loops);

const RowLoops& row_loops() {
  static const RowLoops& loops = *HWY_DYNAMIC_DISPATCH(find_row_loops)();
  return loops;
}

}  // namespace luge::cpu::norm
#endif
