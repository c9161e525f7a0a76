#include "backend/cpu/fused/jit/allocator.h"

#include <algorithm>

#include "backend/cpu/x64/opcodes.h"

namespace luge::cpu::fused::jit {

Allocator::Allocator(const BodyPlan& plan, Listing& listing)
    : plan_(plan),
      residents_(plan.residents),
      listing_(listing),
      wide_masks_(listing.isa() == Isa::avx512),
      vectors_(residents_.registers, plan.block.operations.size()),
      masks_(8, plan.block.operations.size()),
      spills_(plan.block.operations.size(), -1),
      next_spill_(residents_.first_spill) {
  for (int reg : residents_.pinned) {
    if (reg >= 0) vectors_.take(reg);
  }
  for (const auto& list : residents_.accumulators) {
    for (int reg : list) vectors_.take(reg);
  }
  if (residents_.part_mask >= 0) vectors_.take(residents_.part_mask);
  masks_.take(0);  // means "all" in an instruction
  masks_.take(kPartMask);
}

void Allocator::begin(bool part, int ahead) {
  part_ = part;
  ahead_ = ahead;
}

void Allocator::advance(int position) {
  position_ = position;
  locked_.clear();
}

bool Allocator::is_array(int value) const {
  return of(value).op == Op::input && operand_of(value).kind == BlockOperand::Kind::array;
}

bool Allocator::has_home(int value) const {
  return of(value).op == Op::constant || residents_.home[at(value)] >= 0 || spills_[at(value)] >= 0 ||
         (is_array(value) && !storing_);
}

bool Allocator::is_spare(int value) const {
  return residents_.pinned[at(value)] < 0 && (dies(value) || (has_home(value) && vectors_.where(value) < 0));
}

Memory Allocator::element(int operand, int ahead) {
  int base = residents_.pointers[at(operand)];
  if (base < 0) {
    listing_.load(kScratch, frame_pointer(operand));
    base = kScratch;
  }
  const auto bytes = static_cast<std::int32_t>(plan_.block.operands[at(operand)].element());
  return {.base = base,
          .index = kIndex,
          .scale = bytes,
          .displacement = (ahead + ahead_) * vector_bytes(listing_.isa()) / 4 * bytes};
}

ListedOperand Allocator::home(int value) const {
  if (spills_[at(value)] >= 0) return frame_vector(spills_[at(value)]);
  if (of(value).op == Op::constant) return Constant{of(value).bits};
  return frame_vector(residents_.home[at(value)]);
}

void Allocator::load(int value, int to) {
  if (is_array(value) && spills_[at(value)] < 0) return load_array(value, to);
  listing_.vector(code::load, to, 0, home(value));
}

void Allocator::load_array(int value, int to) {
  const Memory from = element(of(value).a, of(value).ahead);
  if (operand_of(value).is_bf16) {
    listing_.masked(code::widen, to, 0, from, part_ ? kPartMask : 0, part_);
    return listing_.vector(code::shift, code::shift_left, to, to, 16);
  }
  if (!part_) return listing_.vector(code::load, to, 0, from);
  if (wide_masks_) return listing_.masked(code::load, to, 0, from, kPartMask, true);
  listing_.vector(code::load_some, to, residents_.part_mask, from);
}

int Allocator::reg(int value) {
  if (in_mask_register(value)) {
    fits_ &= masks_.where(value) >= 0;  // masks are not loaded again
    return masks_.where(value);
  }
  if (const int pinned = residents_.pinned[at(value)]; pinned >= 0) return pinned;
  if (vectors_.where(value) < 0) {
    const int to = acquire();
    load(value, to);
    vectors_.put(value, to);
  }
  locked_.push_back(vectors_.where(value));
  return vectors_.where(value);
}

void Allocator::read_array(int value) {
  if (!in_mask_register(value) && is_array(value)) reg(value);
}

bool Allocator::in_memory(int value) const {
  if (in_mask_register(value) || residents_.pinned[at(value)] >= 0 || vectors_.where(value) >= 0)
    return false;
  if (is_array(value) && spills_[at(value)] < 0) return !part_ && dies(value) && !operand_of(value).is_bf16;
  return true;
}

ListedOperand Allocator::operand(int value) {
  if (!in_memory(value)) return reg(value);
  if (is_array(value) && spills_[at(value)] < 0) return element(of(value).a, of(value).ahead);
  return home(value);
}

void Allocator::release(int value) {
  if (!dies(value)) return;
  RegisterFile& file = in_mask_register(value) ? masks_ : vectors_;
  if (const int held = file.where(value); held >= 0) file.free(held);
}

void Allocator::evict(int reg) {
  const int value = vectors_.value_in(reg);
  if (!has_home(value)) {
    if (next_spill_ >= kFrameVectors) {
      fits_ = false;
      next_spill_ = residents_.first_spill;
    }
    spills_[at(value)] = next_spill_++;
    listing_.vector(code::store, reg, 0, frame_vector(spills_[at(value)]));
  }
  vectors_.free(reg);
}

int Allocator::acquire() {
  if (const int found = vectors_.find_free(); found >= 0) return found;
  int best = -1, farthest = -1;
  for (int reg = 0; reg < vectors_.size(); ++reg) {
    if (!vectors_.holds_value(reg) || std::count(locked_.begin(), locked_.end(), reg) != 0) continue;
    const int next = plan_.uses.next(vectors_.value_in(reg), position_);
    if (next > farthest) farthest = next, best = reg;
  }
  if (best < 0) {
    fits_ = false;
    return 0;
  }
  evict(best);
  return best;
}

int Allocator::acquire_mask() {
  const int found = masks_.find_free();
  if (found >= 0) return found;
  fits_ = false;
  return 0;
}

int Allocator::reserve() {
  const int reg = acquire();
  vectors_.take(reg);
  return reg;
}

int Allocator::result(int value) {
  const bool mask = in_mask_register(value);
  const int to = mask ? acquire_mask() : acquire();
  (mask ? masks_ : vectors_).put(value, to);
  return to;
}

}  // namespace luge::cpu::fused::jit
