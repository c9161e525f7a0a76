#include "backend/cpu/x64/assembler.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace luge::cpu::x64 {

void Assembler::word(std::int32_t value) {
  for (int shift = 0; shift < 32; shift += 8) byte(value >> shift);
}

// ModRM, SIB and displacement. Displacements take four bytes, so that EVEX's scaled ones need no thought.
void Assembler::operand_bytes(int reg, const Operand& operand) {
  const int field = (reg & 7) << 3;
  if (!operand.in_memory) return byte(0xC0 | field | (operand.number & 7));
  const Memory& memory = operand.memory;
  if (memory.constant >= 0) {
    byte(field | 5);
    references_.push_back({bytes_.size(), 0, memory.constant});
    return word(0);
  }
  if (memory.index < 0 && (memory.base & 7) != rsp) {
    byte(0x80 | field | (memory.base & 7));
    return word(memory.displacement);
  }
  byte(0x80 | field | 4);
  const int scale = memory.scale == 8 ? 3 : memory.scale == 4 ? 2 : memory.scale == 2 ? 1 : 0;
  byte(scale << 6 | (memory.index < 0 ? 4 : memory.index & 7) << 3 | (memory.base & 7));
  word(memory.displacement);
}

// Addresses of constants count from the end of the instruction, immediates included.
void Assembler::end_of_instruction() {
  for (; open_ < references_.size(); ++open_) references_[open_].end = bytes_.size();
}

void Assembler::vex(Opcode opcode, int length, int to, int a, const Operand& b) {
  const bool in_memory = b.in_memory && b.memory.constant < 0;
  const int base = b.in_memory ? (in_memory ? b.memory.base : 0) : b.number;
  const int index = in_memory && b.memory.index >= 0 ? b.memory.index : 0;
  byte(0xC4);
  byte((to < 8 ? 0x80 : 0) | (index < 8 ? 0x40 : 0) | (base < 8 ? 0x20 : 0) | opcode.map);
  byte((~a & 15) << 3 | length << 2 | opcode.prefix);
  byte(opcode.code);
  operand_bytes(to, b);
}

void Assembler::evex(Opcode opcode, int length, int to, int a, const Operand& b, int mask, bool zero) {
  const bool in_memory = b.in_memory && b.memory.constant < 0;
  const int base = b.in_memory ? (in_memory ? b.memory.base : 0) : b.number;
  // The high bit of a register is where an index would have its own.
  const int extra = in_memory     ? (b.memory.index >= 0 ? b.memory.index & 8 : 0)
                    : b.in_memory ? 0
                                  : (base & 16) >> 1;
  byte(0x62);
  byte((to & 8 ? 0 : 0x80) | (extra ? 0 : 0x40) | (base & 8 ? 0 : 0x20) | (to & 16 ? 0 : 0x10) | opcode.map);
  byte((opcode.wide ? 0x80 : 0) | (~a & 15) << 3 | 4 | opcode.prefix);
  byte((zero ? 0x80 : 0) | length << 5 | (a & 16 ? 0 : 8) | mask);
  byte(opcode.code);
  operand_bytes(to, b);
}

void Assembler::vector(Opcode opcode, int to, int a, const Operand& b, int immediate) {
  masked(opcode, to, a, b, 0, false, immediate);
}

void Assembler::masked(Opcode opcode, int to, int a, const Operand& b, int mask, bool zero, int immediate) {
  sized(opcode, isa_ == Isa::avx512 ? Width::x512 : Width::x256, to, a, b, mask, zero, immediate);
}

void Assembler::sized(Opcode opcode, Width width, int to, int a, const Operand& b, int mask, bool zero,
                      int immediate) {
  if (isa_ == Isa::avx512) {
    evex(opcode, static_cast<int>(width), to, a, b, mask, zero);
  } else {
    vex(opcode, static_cast<int>(width), to, a, b);
  }
  if (immediate >= 0) byte(immediate);
  end_of_instruction();
}

void Assembler::mask_op(Opcode opcode, int to, int a, int b, bool long_form) {
  vex(opcode, long_form ? 1 : 0, to, a, b);
  end_of_instruction();
}

void Assembler::general(int code, int reg, const Operand& operand, bool wide) {
  const int base = operand.in_memory ? operand.memory.base : operand.number;
  const int index = operand.in_memory && operand.memory.index >= 0 ? operand.memory.index : 0;
  byte(0x40 | (wide ? 8 : 0) | (reg & 8 ? 4 : 0) | (index & 8 ? 2 : 0) | (base & 8 ? 1 : 0));
  byte(code);
  operand_bytes(reg, operand);
}

void Assembler::load(Gp to, const Memory& from) { general(0x8B, to, from); }
void Assembler::store(const Memory& to, Gp from) { general(0x89, from, to); }
void Assembler::move(Gp to, Gp from) { general(0x8B, to, static_cast<int>(from)); }
void Assembler::set(Gp to, std::int32_t value) {
  general(0xC7, 0, static_cast<int>(to));
  word(value);
}
void Assembler::add(Gp to, std::int32_t value) {
  general(0x81, 0, static_cast<int>(to));
  word(value);
}
void Assembler::add(const Memory& to, std::int32_t value) {
  general(0x81, 0, to);
  word(value);
}
void Assembler::subtract(Gp to, Gp from) { general(0x2B, to, static_cast<int>(from)); }
void Assembler::compare(Gp a, Gp b) { general(0x3B, a, static_cast<int>(b)); }
void Assembler::compare(Gp a, std::int32_t value) {
  general(0x81, 7, static_cast<int>(a));
  word(value);
}
void Assembler::and_with(Gp to, std::int32_t value) {
  general(0x81, 4, static_cast<int>(to));
  word(value);
}
void Assembler::address(Gp to, const Memory& of) {
  if (of.constant < 0) return general(0x8D, to, of);
  byte(0x48 | (to & 8 ? 4 : 0));
  byte(0x8D);
  operand_bytes(to, of);
  end_of_instruction();
}
void Assembler::shift_left_by_cl(Gp to) { general(0xD3, 4, static_cast<int>(to), false); }
void Assembler::prefetch(const Memory& of, Cache nearest) {
  if (of.base >= r8) byte(0x41);
  byte(0x0F);
  byte(0x18);
  operand_bytes(static_cast<int>(nearest), of);
}
void Assembler::push(Gp from) {
  if (from >= r8) byte(0x41);
  byte(0x50 | (from & 7));
}
void Assembler::pop(Gp to) {
  if (to >= r8) byte(0x41);
  byte(0x58 | (to & 7));
}
void Assembler::leave_and_return() {
  for (int code : {0xC5, 0xF8, 0x77, 0xC3}) byte(code);  // vzeroupper, ret
}

void Assembler::jump(If condition, Label to) {
  if (condition == If::always) {
    byte(0xE9);
  } else {
    byte(0x0F);
    byte(0x80 | static_cast<int>(condition));
  }
  jumps_.push_back({bytes_.size(), to});
  word(0);
}

int Assembler::pooled(std::vector<std::uint32_t> words) {
  const auto found = std::find(pool_.begin(), pool_.end(), words);
  if (found != pool_.end()) return static_cast<int>(found - pool_.begin());
  pool_.push_back(std::move(words));
  return static_cast<int>(pool_.size()) - 1;
}

int Assembler::constant(std::uint32_t word) {
  return pooled(std::vector<std::uint32_t>(static_cast<std::size_t>(vector_bytes()) / 4, word));
}

int Assembler::ramp() {
  const std::size_t lanes = static_cast<std::size_t>(vector_bytes()) / 4;
  std::vector<std::uint32_t> words(2 * lanes, 0);
  std::fill_n(words.begin(), lanes, ~std::uint32_t{0});
  return pooled(std::move(words));
}

std::vector<std::uint8_t> Assembler::finish() {
  const auto patch = [&](std::size_t at, std::size_t to, std::size_t from) {
    const auto distance =
        static_cast<std::int32_t>(static_cast<std::ptrdiff_t>(to) - static_cast<std::ptrdiff_t>(from));
    std::memcpy(bytes_.data() + at, &distance, sizeof distance);
  };
  for (const Jump& jump : jumps_) patch(jump.at, labels_[jump.to], jump.at + 4);
  bytes_.resize((bytes_.size() + 63) / 64 * 64, 0xCC);
  std::vector<std::size_t> offsets;  // of the pool's entries
  for (const auto& words : pool_) {
    const std::size_t at = offsets.emplace_back(bytes_.size());
    bytes_.resize(at + words.size() * 4);
    std::memcpy(bytes_.data() + at, words.data(), words.size() * 4);
  }
  for (const Reference& reference : references_) {
    patch(reference.at, offsets[static_cast<std::size_t>(reference.constant)], reference.end);
  }
  return std::move(bytes_);
}

}  // namespace luge::cpu::x64
