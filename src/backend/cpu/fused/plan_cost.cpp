// What a plan costs: arithmetic by instruction, memory by bytes.
#include "backend/cpu/fused/plan.h"

namespace luge::cpu::fused {
namespace {

constexpr double kCachedBytes = 1 << 20;

double nanoseconds_of(const TileLine& line) {
  using enum Instruction;
  if (line.kind == TileLine::Kind::reduce) return 0.15;
  if (line.kind == TileLine::Kind::constant) return 0;
  const double width = line.dtype == DType::f64 || line.dtype == DType::i64 ? 2 : 1;
  switch (line.instruction) {
    case div:
    case sqrt:
    case rsqrt:
    case reciprocal: return 0.3 * width;
    case exp:
    case expm1:
    case log:
    case log1p:
    case sigmoid:
    case tanh:
    case erf: return line.dtype == DType::f64 ? 12 : 0.7;
    case random_uniform: return 1.5;
    case log2:
    case sin:
    case cos:
    case tan:
    case asin:
    case acos:
    case atan:
    case sinh:
    case cosh:
    case asinh:
    case acosh:
    case atanh:
    case erfc:
    case mod:
    case remainder:
    case floor_divide:
    case pow:
    case atan2: return 12;
    default: return 0.08 * width;
  }
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
  // Generated loops keep values in registers; what lies in the caches is read several times as fast.
  const bool generated = !plan.codes.empty();
  const double per_byte = generated && bytes < kCachedBytes ? 0.03 : 0.1;
  return elements * per_element * (generated ? 0.4 : 1) + per_byte * bytes +
         100.0 * static_cast<double>(plan.geometry.items);
}

}  // namespace luge::cpu::fused
