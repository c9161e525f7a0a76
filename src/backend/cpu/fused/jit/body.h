// Which instructions compute the operations of a block, for one vector of elements or several.
#pragma once

#include "backend/cpu/fused/jit/allocator.h"

namespace luge::cpu::fused::jit {

class BodyWriter {
 public:
  BodyWriter(const BodyPlan& plan, Listing& listing)
      : block_(plan.block),
        uses_(plan.uses),
        residents_(plan.residents),
        listing_(listing),
        allocator_(plan, listing) {}
  /// Lists what computes a whole vector from `ahead` vectors after the index on, or the part of a vector that
  /// the mask gives; reductions go to the accumulators from that number on.
  void write(bool part, int ahead, int accumulator);
  /// False where there were not enough registers: the listing cannot be used then.
  bool fits() const { return allocator_.fits(); }
  int registers_used() const { return allocator_.registers_used(); }

 private:
  void operation(int value);
  void input(int value);
  void multiply_add(int value);
  void select(int value);
  void keep(int value);
  void compare(int value);
  void mask_logic(int value);
  void shift(int value, int direction);
  void two(Opcode opcode, int value, bool commutes);
  void one(Opcode opcode, int value, int immediate = -1);
  void outputs();
  void store(const Block::Output& output);
  void store_f32(const Block::Output& output, const Memory& to);
  void store_bytes(const Block::Output& output, const Memory& to);
  void store_bf16(const Block::Output& output, const Memory& to);
  void reduce(const BlockReduction& reduction, int accumulator);

  const Operation& of(int value) const { return block_.operations[at(value)]; }
  bool wide_masks() const { return listing_.isa() == Isa::avx512; }
  int mask_of_part() const { return part_ ? kPartMask : 0; }

  const Block& block_;
  const Uses& uses_;
  const Residents& residents_;
  Listing& listing_;
  Allocator allocator_;
  bool part_ = false;
};

}  // namespace luge::cpu::fused::jit
