// What the loops of every kind are made of: how they begin and end, values that stay, parts of vectors.
#pragma once

#include "backend/cpu/fused/jit/listing.h"
#include "backend/cpu/fused/jit/residents.h"

namespace luge::cpu::fused::jit {

class LoopWriter {
 public:
  explicit LoopWriter(const LoopPlan& plan);
  Assembler& assembler() { return assembler_; }
  const Block& block() const { return plan_.one.block; }
  int lanes() const { return plan_.lanes(); }
  /// The general register that points at an operand, or -1.
  int pointer(int operand) const { return plan_.one.residents.pointers[at(operand)]; }

  /// Saves registers, makes the frame, reads what stays for all rows.
  void begin();
  /// Undoes that, and returns.
  void end();
  /// Reads the values that differ from row to row.
  void read_row_values();
  void start_reductions();
  /// Pointers go to the next row.
  void leave_row();
  void body(const Listing& listing) { listing.encode(assembler_); }
  /// Writes a turn that runs as often as `count` whole vectors are left.
  template <class Turn>
  void whole_vectors(int count, const Turn& turn) {
    const auto loop = assembler_.label(), rest = assembler_.label();
    assembler_.bind(loop);
    assembler_.address(kScratch, {.base = kIndex, .displacement = count * lanes()});
    assembler_.compare(kScratch, kColumns);
    assembler_.jump(Assembler::If::above, rest);
    turn();
    assembler_.add(kIndex, count * lanes());
    assembler_.jump(Assembler::If::always, loop);
    assembler_.bind(rest);
  }
  /// Sets the mask of as many elements as are left, a vector at most; jumps when there are none.
  void set_part_mask(Assembler::Label when_none);

 private:
  void load_pointers();
  void settle(int value, Opcode opcode);

  const LoopPlan& plan_;
  const Residents& residents_;
  Assembler assembler_;
};

/// One row after the other.
std::vector<std::uint8_t> generate_rows(const LoopPlan& plan);
/// Strips of columns, each walked down the rows.
std::vector<std::uint8_t> generate_columns(const LoopPlan& plan);

}  // namespace luge::cpu::fused::jit
