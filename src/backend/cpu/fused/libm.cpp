// Instructions by their scalar functions, one call an element: everything that has no vectors. Elementary
// functions of f64, where accuracy comes first, and the rarer ones of f32 are calls of the C library.
#include "backend/cpu/fused/families.h"
#include "backend/element_functions.h"

namespace luge::cpu::fused {
namespace {

template <class T, Instruction instruction>
void loop(void* out, const void* const* in, const std::size_t* step, std::size_t count) {
  using Function = element::Function<instruction>;
  T* to = static_cast<T*>(out);
  const T* a = static_cast<const T*>(in[0]);
  if constexpr (arity(instruction) == 1) {
    for (std::size_t i = 0; i < count; ++i) to[i] = Function::apply(a[i * step[0]]);
  } else {
    const T* b = static_cast<const T*>(in[1]);
    for (std::size_t i = 0; i < count; ++i) to[i] = Function::apply(a[i * step[0]], b[i * step[1]]);
  }
}

template <class T>
MapFunction find(Instruction instruction) {
  return dispatch(instruction, [](auto constant) -> MapFunction {
    constexpr Instruction kInstruction = decltype(constant)::value;
    constexpr InstructionFamily kFamily = row(kInstruction).family;
    if constexpr (kFamily == InstructionFamily::arithmetic || kFamily == InstructionFamily::function)
      return loop<T, kInstruction>;
    return nullptr;
  });
}

}  // namespace

MapFunction find_scalar(Instruction instruction, DType type) {
  return type == DType::f32 ? find<float>(instruction) : find<double>(instruction);
}

MapFunction find_map(Instruction instruction, DType in, DType out) {
  if (instruction == Instruction::cast) return find_cast(in, out);
  if (instruction == Instruction::select || gives_truth(instruction)) return find_compare(instruction, in);
  if (!is_floating(in)) return find_integer(instruction, in);
  const MapFunction vector = find_vector(instruction, in);
  return vector ? vector : find_scalar(instruction, in);
}

}  // namespace luge::cpu::fused
