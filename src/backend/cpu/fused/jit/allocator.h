// Gives the values of a block registers while its operations are listed one by one. A value leaves its
// register after its last use; when registers run out, the one that is needed again last leaves earlier, and
// is stored in the frame unless it can be read again from where it came.
#pragma once

#include <vector>

#include "backend/cpu/fused/jit/frame.h"
#include "backend/cpu/fused/jit/listing.h"
#include "backend/cpu/fused/jit/registers.h"
#include "backend/cpu/fused/jit/residents.h"

namespace luge::cpu::fused::jit {

class Allocator {
 public:
  /// Loads and stores of values go to the listing, between the instructions that the caller lists.
  Allocator(const BodyPlan& plan, Listing& listing);

  /// Values are those of whole vectors from `ahead` vectors after the index on, or of a part of a vector.
  void begin(bool part, int ahead);
  /// What is asked for from now on is for the operation (or, after these, the output or reduction) at this
  /// position: registers given for the one before may be taken again.
  void advance(int position);
  /// Outputs are being written: arrays cannot be read again, an output may share their memory.
  void begin_outputs() { storing_ = true; }
  /// False once there were not enough registers, or vectors of the frame. The listing cannot be used then.
  bool fits() const { return fits_; }

  /// The register of a value, which is loaded where it is in none.
  int reg(int value);
  /// The same, or memory (or a constant) that the value can be read from.
  ListedOperand operand(int value);
  /// operand() would not give a register.
  bool in_memory(int value) const;
  bool in_mask_register(int value) const { return wide_masks_ && plan_.block.is_mask(value); }
  /// The value is loaded if it is an array that has not been read.
  void read_array(int value);
  /// The processor may overwrite the register of the value: it is not needed any more, or it can be loaded
  /// again.
  bool is_spare(int value) const;
  /// Frees the register of a value after its last use.
  void release(int value);
  /// Frees the register of a value that is overwritten.
  void overwrite(int reg) { vectors_.free(reg); }
  void put(int value, int reg) { vectors_.put(value, reg); }

  /// A register for the result of an operation.
  int result(int value);
  /// A register for an instruction or two; it is free when the next one is asked for.
  int acquire();
  int acquire_mask();
  /// A register that stays with the caller until it is returned.
  int reserve();
  void give_back(int reg) { vectors_.free(reg); }
  /// The register is not taken from its value before the next operation.
  void lock(int reg) { locked_.push_back(reg); }

  /// AVX2: the register with the mask of a part of a vector.
  int part_mask() const { return residents_.part_mask; }
  /// Memory of an array's elements.
  Memory element(int operand, int ahead);
  /// How many vector registers were in use at once.
  int registers_used() const { return vectors_.peak(); }

 private:
  const Operation& of(int value) const { return plan_.block.operations[at(value)]; }
  const BlockOperand& operand_of(int value) const { return plan_.block.operands[at(of(value).a)]; }
  bool is_array(int value) const;
  bool has_home(int value) const;
  bool dies(int value) const { return plan_.uses.next(value, position_) == Uses::never; }
  /// Memory or a constant that holds a value which is in no register and no array.
  ListedOperand home(int value) const;
  void load(int value, int to);
  void load_array(int value, int to);
  void evict(int reg);

  const BodyPlan& plan_;
  const Residents& residents_;
  Listing& listing_;
  bool wide_masks_;
  RegisterFile vectors_, masks_;
  std::vector<int> spills_;  // per value: a vector of the frame, or -1
  int next_spill_;
  std::vector<int> locked_;
  int position_ = 0, ahead_ = 0;
  bool part_ = false, storing_ = false, fits_ = true;
};

}  // namespace luge::cpu::fused::jit
