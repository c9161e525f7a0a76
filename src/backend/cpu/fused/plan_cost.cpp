// What a plan costs: arithmetic by instruction, memory by bytes.
#include "backend/cpu/fused/families.h"
#include "backend/cpu/fused/plan_passes.h"
#include "backend/cpu/x64/code.h"

namespace luge::cpu::fused {
namespace {

constexpr double kCachedBytes = 1 << 20;

double nanoseconds_of(const TileLine& line) {
  if (line.kind == TileLine::Kind::reduce) return 0.15;
  if (line.kind == TileLine::Kind::constant) return 0;
  const double width = line.dtype == DType::f64 || line.dtype == DType::i64 ? 2 : 1;
  if (row(line.instruction).family == InstructionFamily::random) return 1.5;
  switch (row(line.instruction).cost) {
    case InstructionCost::cheap:
    case InstructionCost::plain: return 0.08 * width;
    case InstructionCost::division: return 0.3 * width;
    case InstructionCost::function: {
      const bool single = register_type(line.dtype) == DType::f32;
      return single && find_vector(line.instruction, DType::f32) ? 0.7 : 12;
    }
  }
  return 0;
}

}  // namespace

double estimate(const TileProgram& program, const Plan& plan) {
  double elements = 1, bytes = 0, per_element = 0;
  for (std::int64_t extent : program.extents) elements *= static_cast<double>(extent);
  for (const TileLine& line : program.lines) per_element += nanoseconds_of(line);
  for (const auto* list : {&plan.in, &plan.out}) {
    for (const Access& access : *list) {
      bytes +=
          static_cast<double>(access.type.shape.elements()) * static_cast<double>(size_of(access.type.dtype));
    }
  }
  // Generated loops keep values in registers; what is in the caches is read several times as fast.
  const bool generated = !plan.codes.empty();
  const double arithmetic = !generated ? 1 : x64::instruction_set() == x64::Isa::avx512 ? 0.4 : 0.8;
  const double per_byte = generated && bytes < kCachedBytes ? 0.03 : 0.1;
  return elements * per_element * arithmetic + per_byte * bytes +
         100.0 * static_cast<double>(plan.geometry.items);
}

}  // namespace luge::cpu::fused
