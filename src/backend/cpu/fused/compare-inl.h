// Comparisons, logic, classification and choice for one register type. Per-target include guard, as Highway
// wants it.
#if defined(LUGE_FUSED_COMPARE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_FUSED_COMPARE_INL_H_
#undef LUGE_FUSED_COMPARE_INL_H_
#else
#define LUGE_FUSED_COMPARE_INL_H_
#endif

#include "backend/cpu/fused/families.h"
#include "backend/cpu/fused/plain-inl.h"
#include "backend/element_functions.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace {

using Truth = std::uint8_t;

template <std::size_t A, std::size_t B, class T>
HWY_INLINE void choose(T* to, const Truth* condition, const T* a, const T* b, std::size_t count) {
  LUGE_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    const T x = a[i * A], y = b[i * B];
    to[i] = condition[i] ? x : y;
  }
}

template <class T>
void select_loop(void* out, const void* const* in, const std::size_t* step, std::size_t count) {
  T* to = static_cast<T*>(out);
  const Truth* condition = static_cast<const Truth*>(in[0]);
  const T* a = static_cast<const T*>(in[1]);
  const T* b = static_cast<const T*>(in[2]);
  if (!step[0]) {
    const std::size_t k = condition[0] ? 1 : 2;
    const T* from = static_cast<const T*>(in[k]);
    for (std::size_t i = 0; i < count; ++i) to[i] = from[i * step[k]];
    return;
  }
  if (step[1] && step[2]) return choose<1, 1>(to, condition, a, b, count);
  if (step[1]) return choose<1, 0>(to, condition, a, b, count);
  if (step[2]) return choose<0, 1>(to, condition, a, b, count);
  choose<0, 0>(to, condition, a, b, count);
}

template <class T>
MapFunction compare_loop(Instruction instruction) {
  if (instruction == Instruction::select) return select_loop<T>;
  return dispatch(instruction, [](auto constant) -> MapFunction {
    constexpr Instruction kInstruction = decltype(constant)::value;
    if constexpr (!gives_truth(kInstruction)) {
      return nullptr;
    } else if constexpr (arity(kInstruction) == 1) {
      return plain_one<Truth, T, element::Function<kInstruction>>;
    } else {
      return plain_two<Truth, T, element::Function<kInstruction>>;
    }
  });
}

}  // namespace
}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
