#include "backend/cpu/fused/jit/listing.h"

#include "backend/cpu/fused/overloaded.h"

namespace luge::cpu::fused::jit {

void Listing::vector(Opcode opcode, int to, int a, const ListedOperand& b, int immediate) {
  masked(opcode, to, a, b, 0, false, immediate);
}

void Listing::masked(Opcode opcode, int to, int a, const ListedOperand& b, int mask, bool zero,
                     int immediate) {
  sized(opcode, isa_ == Isa::avx512 ? Width::x512 : Width::x256, to, a, b, mask, zero, immediate);
}

void Listing::sized(Opcode opcode, Width width, int to, int a, const ListedOperand& b, int mask, bool zero,
                    int immediate) {
  lines_.push_back(VectorLine{opcode, width, to, a, b, mask, zero, immediate});
}

void Listing::mask_op(Opcode opcode, int to, int a, int b, bool long_form) {
  lines_.push_back(MaskLine{opcode, to, a, b, long_form});
}

void Listing::load(Gp to, const Memory& from) { lines_.push_back(LoadLine{to, from}); }

void Listing::encode(Assembler& assembler) const {
  const auto encoded = [&](const ListedOperand& operand) {
    return std::visit(
        Overloaded{[](int reg) { return Operand(reg); }, [](const Memory& memory) { return Operand(memory); },
                   [&](Constant constant) {
                     return Operand(Memory{.constant = assembler.constant(constant.word)});
                   }},
        operand);
  };
  const Overloaded write{
      [&](const VectorLine& line) {
        assembler.sized(line.opcode, line.width, line.to, line.a, encoded(line.b), line.mask, line.zero,
                        line.immediate);
      },
      [&](const MaskLine& line) { assembler.mask_op(line.opcode, line.to, line.a, line.b, line.long_form); },
      [&](const LoadLine& line) { assembler.load(line.to, line.from); }};
  for (const auto& line : lines_) std::visit(write, line);
}

}  // namespace luge::cpu::fused::jit
