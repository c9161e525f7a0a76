// Instructions whose registers are decided, before they are encoded: what does not fit is found while a
// listing is made, and nothing has been written by then.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "backend/cpu/x64/assembler.h"

namespace luge::cpu::fused::jit {

using namespace luge::cpu::x64;

/// A vector full of this word; encoding gives it an entry of the code's pool.
struct Constant {
  std::uint32_t word;
};
/// The last operand of a listed instruction: a register, memory, or a constant.
using ListedOperand = std::variant<int, Memory, Constant>;

class Listing {
 public:
  explicit Listing(Isa isa) : isa_(isa) {}
  Isa isa() const { return isa_; }

  /// As the assembler's functions of these names.
  void vector(Opcode opcode, int to, int a, const ListedOperand& b, int immediate = -1);
  void masked(Opcode opcode, int to, int a, const ListedOperand& b, int mask, bool zero, int immediate = -1);
  void sized(Opcode opcode, Width width, int to, int a, const ListedOperand& b, int mask = 0,
             bool zero = false, int immediate = -1);
  void mask_op(Opcode opcode, int to, int a, int b, bool long_form = true);
  void load(Gp to, const Memory& from);

  void encode(Assembler& assembler) const;

 private:
  struct VectorLine {
    Opcode opcode;
    Width width;
    int to, a;
    ListedOperand b;
    int mask;
    bool zero;
    int immediate;
  };
  struct MaskLine {
    Opcode opcode;
    int to, a, b;
    bool long_form;
  };
  struct LoadLine {
    Gp to;
    Memory from;
  };

  Isa isa_;
  std::vector<std::variant<VectorLine, MaskLine, LoadLine>> lines_;
};

}  // namespace luge::cpu::fused::jit
