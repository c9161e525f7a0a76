#include "backend/cpu/fused/jit/body.h"

#include <algorithm>
#include <utility>

#include "backend/cpu/x64/opcodes.h"

namespace luge::cpu::fused::jit {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

}  // namespace

Body::Body(Assembler& assembler, const Block& block, const Uses& uses, const Surroundings& around)
    : assembler_(assembler),
      block_(block),
      uses_(uses),
      around_(around),
      vectors_(around.registers, block.operations.size()),
      masks_(8, block.operations.size()),
      spills_(block.operations.size(), -1),
      next_spill_(around.first_spill) {
  for (int value = 0; value < static_cast<int>(around.pinned.size()); ++value) {
    if (around.pinned[at(value)] >= 0) vectors_.take(around.pinned[at(value)]);
  }
  for (const auto& list : around.accumulators) {
    for (int reg : list) vectors_.take(reg);
  }
  if (around.part_mask >= 0) vectors_.take(around.part_mask);
  masks_.take(0);  // stands for "all" in an instruction
  masks_.take(kPartMask);
}

void Body::write(bool part, int ahead, int accumulator) {
  part_ = part;
  ahead_ = ahead;
  const auto count = static_cast<int>(block_.operations.size());
  for (position_ = 0; position_ < count; ++position_) {
    if (uses_.live(position_)) operation(position_);
    locked_.clear();
  }
  // Everything is read before anything is written: an output may lie over an operand, be that stored or only
  // reduced.
  storing_ = true;
  --position_;
  const auto read = [&](int value) {
    if (!in_mask_register(value) && is_array(value)) reg(value);
    locked_.clear();
  };
  for (const auto& output : block_.outputs) read(output.value);
  for (const BlockReduction& reduction : block_.reductions) read(reduction.value);
  ++position_;
  for (const auto& output : block_.outputs) {
    store_output(output);
    locked_.clear();
    ++position_;
  }
  for (std::size_t r = 0; r < block_.reductions.size(); ++r) {
    const BlockReduction& reduction = block_.reductions[r];
    join(reduction.reduction,
         around_.accumulators[at(reduction.list)][at(accumulator + reduction.accumulator)],
         reg(reduction.value), part);
    done(reduction.value);
    locked_.clear();
    ++position_;
  }
}

bool Body::is_array(int value) const {
  const Operation& operation = of(value);
  return operation.op == Op::input && block_.operands[at(operation.a)].kind == BlockOperand::Kind::array;
}

bool Body::has_home(int value) const {
  return of(value).op == Op::constant || around_.home[at(value)] >= 0 || spills_[at(value)] >= 0 ||
         (is_array(value) && !storing_);
}

Memory Body::place(int operand, int ahead) {
  const BlockOperand& given = block_.operands[at(operand)];
  int base = around_.pointers[at(operand)];
  if (base < 0) {
    assembler_.load(kScratch, frame_pointer(operand));
    base = kScratch;
  }
  const std::int32_t bytes = assembler_.vector_bytes();
  ahead += ahead_;
  return {.base = base,
          .index = kIndex,
          .scale = static_cast<int>(given.element()),
          .displacement = ahead * bytes / 4 * static_cast<std::int32_t>(given.element())};
}

void Body::load(int value, int to) {
  const Operation& operation = of(value);
  if (spills_[at(value)] >= 0) return assembler_.vector(code::load, to, 0, frame_vector(spills_[at(value)]));
  if (operation.op == Op::constant)
    return assembler_.vector(code::load, to, 0, Memory{.constant = assembler_.constant(operation.bits)});
  if (around_.home[at(value)] >= 0)
    return assembler_.vector(code::load, to, 0, frame_vector(around_.home[at(value)]));
  const Memory from = place(operation.a, operation.ahead);
  if (block_.operands[at(operation.a)].is_bf16) {
    if (!wide_masks()) throw CannotWrite();
    assembler_.masked(code::widen, to, 0, from, part_ ? kPartMask : 0, part_);
    return assembler_.vector(code::shift, code::shift_left, to, to, 16);
  }
  if (!part_) return assembler_.vector(code::load, to, 0, from);
  if (wide_masks()) return assembler_.masked(code::load, to, 0, from, kPartMask, true);
  assembler_.vector(code::load_some, to, around_.part_mask, from);
}

int Body::reg(int value) {
  if (in_mask_register(value)) {
    if (masks_.where(value) < 0) throw CannotWrite();
    return masks_.where(value);
  }
  if (const int pinned = around_.pinned[at(value)]; pinned >= 0) return pinned;
  if (vectors_.where(value) < 0) {
    const int to = acquire();
    load(value, to);
    vectors_.put(value, to);
  }
  locked_.push_back(vectors_.where(value));
  return vectors_.where(value);
}

bool Body::in_memory(int value) const {
  if (in_mask_register(value) || around_.pinned[at(value)] >= 0 || vectors_.where(value) >= 0) return false;
  if (is_array(value) && spills_[at(value)] < 0)
    return !part_ && dies(value) && !block_.operands[at(of(value).a)].is_bf16;
  return true;
}

Operand Body::operand(int value) {
  if (!in_memory(value)) return reg(value);
  if (spills_[at(value)] >= 0) return frame_vector(spills_[at(value)]);
  if (of(value).op == Op::constant) return Memory{.constant = assembler_.constant(of(value).bits)};
  if (around_.home[at(value)] >= 0) return frame_vector(around_.home[at(value)]);
  return place(of(value).a, of(value).ahead);
}

void Body::done(int value) {
  if (value < 0 || !dies(value)) return;
  RegisterFile& file = in_mask_register(value) ? masks_ : vectors_;
  if (const int held = file.where(value); held >= 0) file.free(held);
}

void Body::evict(int reg) {
  const int value = vectors_.value_in(reg);
  if (!has_home(value)) {
    if (next_spill_ >= kFrameVectors) throw CannotWrite();
    spills_[at(value)] = next_spill_++;
    assembler_.vector(code::store, reg, 0, frame_vector(spills_[at(value)]));
  }
  vectors_.free(reg);
}

int Body::acquire() {
  if (const int found = vectors_.find_free(); found >= 0) return found;
  int best = -1, farthest = -1;
  for (int reg = 0; reg < vectors_.size(); ++reg) {
    if (!vectors_.holds_value(reg) || std::count(locked_.begin(), locked_.end(), reg) != 0) continue;
    const int next = uses_.next(vectors_.value_in(reg), position_);
    if (next > farthest) farthest = next, best = reg;
  }
  if (best < 0) throw CannotWrite();
  evict(best);
  return best;
}

int Body::reserve() {
  const int reg = acquire();
  vectors_.take(reg);
  return reg;
}

int Body::acquire_mask() {
  const int found = masks_.find_free();
  if (found < 0) throw CannotWrite();
  return found;
}

int Body::result(int value) {
  if (in_mask_register(value)) {
    const int to = acquire_mask();
    masks_.put(value, to);
    return to;
  }
  const int to = acquire();
  vectors_.put(value, to);
  return to;
}

void Body::operation(int value) {
  const Operation& o = of(value);
  switch (o.op) {
    case Op::input: return input(value);
    case Op::constant: return;
    case Op::add: return two(code::add, value, true);
    case Op::sub: return two(code::sub, value, false);
    case Op::mul: return two(code::mul, value, true);
    case Op::div: return two(code::div, value, false);
    case Op::min: return two(code::min, value, false);
    case Op::max: return two(code::max, value, false);
    case Op::bit_and: return two(code::bit_and, value, true);
    case Op::bit_or: return two(code::bit_or, value, true);
    case Op::bit_xor: return two(code::bit_xor, value, true);
    case Op::and_not: return two(code::and_not, value, false);
    case Op::integer_add: return two(code::integer_add, value, true);
    case Op::integer_sub: return two(code::integer_sub, value, false);
    case Op::sqrt: return one(code::sqrt, value);
    case Op::round: return one(code::round, value, o.immediate | 8);
    case Op::to_integer: return one(code::to_integer, value);
    case Op::to_float: return one(code::to_float, value);
    case Op::multiply_add:
    case Op::negative_multiply_add: return multiply_add(value);
    case Op::shift_left:
    case Op::shift_right: {
      const int from = reg(o.a);
      done(o.a);
      return assembler_.vector(code::shift, o.op == Op::shift_left ? code::shift_left : code::shift_right,
                               result(value), from, o.immediate);
    }
    case Op::compare: return compare(value);
    case Op::mask_and:
    case Op::mask_or:
    case Op::mask_xor:
    case Op::mask_not: return mask_logic(value);
    case Op::select: return select(value);
    case Op::keep: return keep(value);
  }
}

// Arrays of numbers are read where they are used; bytes become masks at once.
void Body::input(int value) {
  if (!block_.is_mask(value)) return;
  if (!wide_masks()) throw CannotWrite();
  const int bytes = acquire();
  const Memory from = place(of(value).a, of(value).ahead);
  assembler_.sized(code::load_bytes, Width::x128, bytes, 0, from, part_ ? kPartMask : 0, part_);
  assembler_.sized(code::test_bytes, Width::x128, result(value), bytes, bytes);
}

void Body::two(Opcode opcode, int value, bool commutes) {
  int a = of(value).a, b = of(value).b;
  if (commutes && in_memory(a) && !in_memory(b)) std::swap(a, b);
  const int left = reg(a);
  const Operand right = operand(b);
  done(a);
  done(b);
  assembler_.vector(opcode, result(value), left, right);
}

void Body::one(Opcode opcode, int value, int immediate) {
  const Operand from = operand(of(value).a);
  done(of(value).a);
  assembler_.vector(opcode, result(value), 0, from, immediate);
}

// The processor overwrites one of the three: one that is not needed any more, or a copy.
void Body::multiply_add(int value) {
  const Operation& o = of(value);
  int a = o.a, b = o.b;
  const int c = o.c;
  const bool negative = o.op == Op::negative_multiply_add;
  const auto spare = [&](int v) {
    return around_.pinned[at(v)] < 0 && (dies(v) || (has_home(v) && vectors_.where(v) < 0));
  };
  if (!spare(a) && spare(b)) std::swap(a, b);
  const bool over_a = spare(a);
  if (over_a || !spare(c)) {
    const int first = reg(a), factor = reg(b);
    const Operand addend = operand(c);
    int to = first;
    if (over_a) {
      vectors_.free(first);
    } else {
      to = acquire();
      assembler_.vector(code::copy, to, 0, first);
    }
    done(b);
    done(c);
    assembler_.vector(negative ? code::negative_multiply_add_213 : code::multiply_add_213, to, factor,
                      addend);
    vectors_.put(value, to);
    return;
  }
  const int to = reg(c);
  const int left = reg(a);
  const Operand right = operand(b);
  vectors_.free(to);
  done(a);
  done(b);
  assembler_.vector(negative ? code::negative_multiply_add_231 : code::multiply_add_231, to, left, right);
  vectors_.put(value, to);
}

void Body::compare(int value) {
  const Operation& o = of(value);
  const int left = reg(o.a);
  const Operand right = operand(o.b);
  done(o.a);
  done(o.b);
  assembler_.vector(code::compare, result(value), left, right, o.immediate);
}

void Body::mask_logic(int value) {
  const Operation& o = of(value);
  if (!wide_masks()) {
    if (o.op == Op::mask_and) return two(code::bit_and, value, true);
    if (o.op == Op::mask_or) return two(code::bit_or, value, true);
    if (o.op == Op::mask_xor) return two(code::bit_xor, value, true);
    const int from = reg(o.a);
    done(o.a);
    return assembler_.vector(code::bit_xor, result(value), from,
                             Memory{.constant = assembler_.constant(~0u)});
  }
  const int a = reg(o.a), b = o.op == Op::mask_not ? 0 : reg(o.b);
  done(o.a);
  done(o.b);
  const int to = result(value);
  if (o.op == Op::mask_not) return assembler_.mask_op(code::mask_not, to, 0, a, false);
  const Opcode opcode = o.op == Op::mask_and  ? code::mask_and
                        : o.op == Op::mask_or ? code::mask_or
                                              : code::mask_xor;
  assembler_.mask_op(opcode, to, a, b);
}

void Body::select(int value) {
  const Operation& o = of(value);
  const int mask = reg(o.a), otherwise = reg(o.c);
  const Operand chosen = operand(o.b);
  for (int source : {o.a, o.b, o.c}) done(source);
  const int to = result(value);
  if (wide_masks()) return assembler_.masked(code::blend, to, otherwise, chosen, mask, false);
  assembler_.vector(code::blend_by_vector, to, otherwise, chosen, mask << 4);
}

void Body::keep(int value) {
  const Operation& o = of(value);
  const int mask = reg(o.a);
  const Operand kept = operand(o.b);
  done(o.a);
  done(o.b);
  const int to = result(value);
  if (wide_masks()) return assembler_.masked(code::load, to, 0, kept, mask, true);
  assembler_.vector(code::bit_and, to, mask, kept);
}

void Body::store_output(const Block::Output& output) {
  const Memory to = place(output.operand, output.ahead);
  if (block_.operands[at(output.operand)].is_bool) {
    if (!wide_masks()) throw CannotWrite();
    const int mask = reg(output.value);
    const int bytes = acquire();
    assembler_.sized(code::load_bytes, Width::x128, bytes, 0,
                     Memory{.constant = assembler_.constant(0x01010101)}, mask, true);
    assembler_.sized(code::store_bytes, Width::x128, bytes, 0, to, part_ ? kPartMask : 0);
    return done(output.value);
  }
  const int from = reg(output.value);
  if (block_.operands[at(output.operand)].is_bf16) {
    if (!wide_masks()) throw CannotWrite();
    const int high = acquire();
    assembler_.vector(code::shift, code::shift_right_unsigned, high, from, 16);
    assembler_.masked(code::narrow, high, 0, to, part_ ? kPartMask : 0, false);
    return done(output.value);
  }
  if (!part_) {
    assembler_.vector(code::store, from, 0, to);
  } else if (wide_masks()) {
    assembler_.masked(code::store, from, 0, to, kPartMask, false);
  } else {
    assembler_.vector(code::store_some, from, around_.part_mask, to);
  }
  done(output.value);
}

// A NaN in the sum stays: where it is none, the processor's max and min give what a comparison would choose.
void Body::join(TileReduction reduction, int sum, int from, bool part) {
  const bool adds = reduction == TileReduction::sum || reduction == TileReduction::prod;
  const Opcode opcode = reduction == TileReduction::sum    ? code::add
                        : reduction == TileReduction::prod ? code::mul
                        : reduction == TileReduction::max  ? code::max
                                                           : code::min;
  constexpr int kOrdered = 7;
  locked_.push_back(from);
  if (adds && (!part || wide_masks()))
    return assembler_.masked(opcode, sum, sum, from, part ? kPartMask : 0, false);
  const int together = acquire();
  locked_.push_back(together);
  assembler_.vector(opcode, together, sum, from);
  if (wide_masks()) {
    const int mask = acquire_mask();
    assembler_.masked(code::compare, mask, sum, sum, part ? kPartMask : 0, false, kOrdered);
    return assembler_.masked(code::copy, sum, 0, together, mask, false);
  }
  if (adds) return assembler_.vector(code::blend_by_vector, sum, sum, together, around_.part_mask << 4);
  const int mask = (vectors_.take(together), acquire());
  assembler_.vector(code::compare, mask, sum, sum, kOrdered);
  if (part) assembler_.vector(code::bit_and, mask, mask, around_.part_mask);
  assembler_.vector(code::blend_by_vector, sum, sum, together, mask << 4);
  vectors_.free(together);
}

}  // namespace luge::cpu::fused::jit
