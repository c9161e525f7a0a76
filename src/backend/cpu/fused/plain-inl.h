// Loops in plain code that the compiler turns into vectors, for elements that Highway's own types serve less
// well (bytes next to words, 64-bit integers). Per-target include guard, as Highway wants it.
#if defined(LUGE_FUSED_PLAIN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_FUSED_PLAIN_INL_H_
#undef LUGE_FUSED_PLAIN_INL_H_
#else
#define LUGE_FUSED_PLAIN_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"

// out may be one of the operands, element by element: no iteration waits for another.
#undef LUGE_INDEPENDENT
#if defined(__clang__)
#define LUGE_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define LUGE_INDEPENDENT _Pragma("GCC ivdep")
#endif

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {

// A step that is 0 or 1 at compile time, so that no loop multiplies by it.
template <std::size_t A, std::size_t B, class To, class From, class F>
HWY_INLINE void plain_loop(To* to, const From* a, const From* b, std::size_t count) {
  LUGE_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) to[i] = F::apply(a[i * A], b[i * B]);
}

template <class To, class From, class F>
void plain_one(void* out, const void* const* in, const std::size_t* step, std::size_t count) {
  To* to = static_cast<To*>(out);
  const From* a = static_cast<const From*>(in[0]);
  if (step[0]) {
    LUGE_INDEPENDENT
    for (std::size_t i = 0; i < count; ++i) to[i] = F::apply(a[i]);
  } else {
    const To value = F::apply(a[0]);
    for (std::size_t i = 0; i < count; ++i) to[i] = value;
  }
}

template <class To, class From, class F>
void plain_two(void* out, const void* const* in, const std::size_t* step, std::size_t count) {
  To* to = static_cast<To*>(out);
  const From* a = static_cast<const From*>(in[0]);
  const From* b = static_cast<const From*>(in[1]);
  if (step[0] && step[1]) return plain_loop<1, 1, To, From, F>(to, a, b, count);
  if (step[0]) return plain_loop<1, 0, To, From, F>(to, a, b, count);
  if (step[1]) return plain_loop<0, 1, To, From, F>(to, a, b, count);
  const To value = F::apply(a[0], b[0]);
  for (std::size_t i = 0; i < count; ++i) to[i] = value;
}

}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
