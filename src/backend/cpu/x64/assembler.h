// Machine code for x86-64 with AVX2 or AVX-512: just the instructions that generated loops are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace luge::cpu::x64 {

enum class Isa : std::uint8_t { avx2, avx512 };
/// Bytes of a whole vector.
constexpr std::int32_t vector_bytes(Isa isa) { return isa == Isa::avx512 ? 64 : 32; }
constexpr int vector_registers(Isa isa) { return isa == Isa::avx512 ? 32 : 16; }

/// General registers by their number in the encoding.
enum Gp : int { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15 };

/// [base + index·scale + displacement], or an entry of the pool of constants after the code.
struct Memory {
  int base = rax;
  int index = -1;
  int scale = 1;
  std::int32_t displacement = 0;
  int constant = -1;  // an entry of the pool; the other fields are not used
};

/// The last operand of an instruction: a vector register or memory.
struct Operand {
  Operand(int number) : number(number) {}  // NOLINT: operands are written as they come
  Operand(const Memory& memory) : memory(memory), in_memory(true) {}  // NOLINT
  int number = 0;
  Memory memory;
  bool in_memory = false;
};

/// An opcode of the VEX and EVEX maps: 1 is 0F, 2 is 0F38, 3 is 0F3A; prefix 1 is 66, 2 is F3, 3 is F2.
struct Opcode {
  std::uint8_t map, prefix, code;
  bool wide = false;  // the W bit of EVEX; VEX encodes the same instructions without it
};

enum class Compare : std::uint8_t {
  equal = 0,
  less = 17,
  less_equal = 18,
  unordered = 3,
  not_equal = 4,
  not_less_equal = 22,
  greater_equal = 29,
  greater = 30
};
enum class Width : std::uint8_t { x128, x256, x512 };

class Assembler {
 public:
  explicit Assembler(Isa isa) : isa_(isa) {}
  Isa isa() const { return isa_; }
  std::int32_t vector_bytes() const { return x64::vector_bytes(isa_); }
  int vector_registers() const { return x64::vector_registers(isa_); }

  /// to = opcode(a, b), both of whole vectors. `a` is not used by instructions of one operand: pass 0.
  void vector(Opcode opcode, int to, int a, const Operand& b, int immediate = -1);
  /// The same where the bits of AVX-512's mask register are set; elsewhere `to` stays, or becomes 0.
  void masked(Opcode opcode, int to, int a, const Operand& b, int mask, bool zero, int immediate = -1);
  void sized(Opcode opcode, Width width, int to, int a, const Operand& b, int mask = 0, bool zero = false,
             int immediate = -1);
  /// Instructions on mask registers.
  void mask_op(Opcode opcode, int to, int a, int b, bool long_form = true);

  void load(Gp to, const Memory& from);
  void store(const Memory& to, Gp from);
  void move(Gp to, Gp from);
  void set(Gp to, std::int32_t value);
  void add(Gp to, std::int32_t value);
  void add(const Memory& to, std::int32_t value);
  void subtract(Gp to, Gp from);
  void compare(Gp a, Gp b);
  void compare(Gp a, std::int32_t value);
  void address(Gp to, const Memory& of);
  void and_with(Gp to, std::int32_t value);
  void shift_left_by_cl(Gp to);  // 32 bits
  enum class Cache : std::uint8_t { first = 1, second = 2 };
  void prefetch(const Memory& of, Cache nearest = Cache::first);  // into this and all after it
  void push(Gp from);
  void pop(Gp to);
  void leave_and_return();  // upper halves of the vector registers cleared

  using Label = std::size_t;
  Label label() { return labels_.emplace_back(0), labels_.size() - 1; }
  /// The label names the instruction that comes next.
  void bind(Label label) { labels_[label] = bytes_.size(); }
  enum class If : std::uint8_t {
    always = 0,
    below_equal = 6,
    above = 7,
    equal = 4,
    not_equal = 5,
    above_equal = 3
  };
  void jump(If condition, Label to);

  /// The pool's entry for a vector full of this word; equal words share one.
  int constant(std::uint32_t word);
  /// The pool's entry for as many words of ones as a vector has elements, then as many zeros: masks of AVX2
  /// are read from it.
  int ramp();

  /// The code with its pool, every jump and address resolved.
  std::vector<std::uint8_t> finish();

 private:
  void byte(int value) { bytes_.push_back(static_cast<std::uint8_t>(value)); }
  void word(std::int32_t value);
  void general(int code, int reg, const Operand& operand, bool wide = true);
  void vex(Opcode opcode, int length, int to, int a, const Operand& b);
  void evex(Opcode opcode, int length, int to, int a, const Operand& b, int mask, bool zero);
  void operand_bytes(int reg, const Operand& operand);
  void end_of_instruction();
  int pooled(std::vector<std::uint32_t> words);

  Isa isa_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::size_t> labels_;
  struct Jump {
    std::size_t at;
    Label to;
  };
  std::vector<Jump> jumps_;
  struct Reference {
    std::size_t at, end;
    int constant;
  };
  std::vector<Reference> references_;
  std::size_t open_ = 0;  // references of the instruction being written start here
  std::vector<std::vector<std::uint32_t>> pool_;
};

}  // namespace luge::cpu::x64
