#include "backend/cpu/fused/jit/body.h"

#include <utility>

#include "backend/cpu/fused/jit/combine.h"
#include "backend/cpu/x64/opcodes.h"

namespace luge::cpu::fused::jit {

void BodyWriter::write(bool part, int ahead, int accumulator) {
  part_ = part;
  allocator_.begin(part, ahead);
  const auto count = static_cast<int>(block_.operations.size());
  for (int value = 0; value < count; ++value) {
    allocator_.advance(value);
    if (uses_.live(value)) operation(value);
  }
  outputs();
  int position = count + static_cast<int>(block_.outputs.size());
  for (const BlockReduction& reduction : block_.reductions) {
    allocator_.advance(position++);
    reduce(reduction, accumulator);
  }
}

// Everything is read before anything is written: an output may share memory with an operand, also with one
// that is only reduced.
void BodyWriter::outputs() {
  const auto count = static_cast<int>(block_.operations.size());
  allocator_.begin_outputs();
  const auto read = [&](int value) {
    allocator_.advance(count - 1);
    allocator_.read_array(value);
  };
  for (const auto& output : block_.outputs) read(output.value);
  for (const BlockReduction& reduction : block_.reductions) read(reduction.value);
  int position = count;
  for (const auto& output : block_.outputs) {
    allocator_.advance(position++);
    store(output);
  }
}

void BodyWriter::reduce(const BlockReduction& reduction, int accumulator) {
  const int sum = residents_.accumulators[at(reduction.list)][at(accumulator + reduction.accumulator)];
  combine(allocator_, listing_, reduction.reduction, sum, allocator_.reg(reduction.value), part_);
  allocator_.release(reduction.value);
}

void BodyWriter::operation(int value) {
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
    case Op::shift_left: return shift(value, code::shift_left);
    case Op::shift_right: return shift(value, code::shift_right);
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
void BodyWriter::input(int value) {
  if (!block_.is_mask(value)) return;
  const int bytes = allocator_.acquire();
  const Memory from = allocator_.element(of(value).a, of(value).ahead);
  listing_.sized(code::load_bytes, Width::x128, bytes, 0, from, mask_of_part(), part_);
  listing_.sized(code::test_bytes, Width::x128, allocator_.result(value), bytes, bytes);
}

void BodyWriter::two(Opcode opcode, int value, bool commutes) {
  int a = of(value).a, b = of(value).b;
  if (commutes && allocator_.in_memory(a) && !allocator_.in_memory(b)) std::swap(a, b);
  const int left = allocator_.reg(a);
  const ListedOperand right = allocator_.operand(b);
  allocator_.release(a);
  allocator_.release(b);
  listing_.vector(opcode, allocator_.result(value), left, right);
}

void BodyWriter::one(Opcode opcode, int value, int immediate) {
  const ListedOperand from = allocator_.operand(of(value).a);
  allocator_.release(of(value).a);
  listing_.vector(opcode, allocator_.result(value), 0, from, immediate);
}

void BodyWriter::shift(int value, int direction) {
  const int from = allocator_.reg(of(value).a);
  allocator_.release(of(value).a);
  listing_.vector(code::shift, direction, allocator_.result(value), from, of(value).immediate);
}

// The processor overwrites one of the three: one that is not needed any more, or a copy.
void BodyWriter::multiply_add(int value) {
  const Operation& o = of(value);
  int a = o.a, b = o.b;
  const int c = o.c;
  const bool negative = o.op == Op::negative_multiply_add;
  if (!allocator_.is_spare(a) && allocator_.is_spare(b)) std::swap(a, b);
  const bool over_a = allocator_.is_spare(a);
  if (over_a || !allocator_.is_spare(c)) {
    const int first = allocator_.reg(a), factor = allocator_.reg(b);
    const ListedOperand addend = allocator_.operand(c);
    int to = first;
    if (over_a) {
      allocator_.overwrite(first);
    } else {
      to = allocator_.acquire();
      listing_.vector(code::copy, to, 0, first);
    }
    allocator_.release(b);
    allocator_.release(c);
    listing_.vector(negative ? code::negative_multiply_add_213 : code::multiply_add_213, to, factor, addend);
    allocator_.put(value, to);
    return;
  }
  const int to = allocator_.reg(c);
  const int left = allocator_.reg(a);
  const ListedOperand right = allocator_.operand(b);
  allocator_.overwrite(to);
  allocator_.release(a);
  allocator_.release(b);
  listing_.vector(negative ? code::negative_multiply_add_231 : code::multiply_add_231, to, left, right);
  allocator_.put(value, to);
}

void BodyWriter::compare(int value) {
  const Operation& o = of(value);
  const int left = allocator_.reg(o.a);
  const ListedOperand right = allocator_.operand(o.b);
  allocator_.release(o.a);
  allocator_.release(o.b);
  listing_.vector(code::compare, allocator_.result(value), left, right, o.immediate);
}

void BodyWriter::mask_logic(int value) {
  const Operation& o = of(value);
  const bool negates = o.op == Op::mask_not;
  const auto choose = [&](Opcode both, Opcode either, Opcode one_of) {
    return o.op == Op::mask_and ? both : o.op == Op::mask_or ? either : one_of;
  };
  if (!wide_masks()) {
    if (!negates) return two(choose(code::bit_and, code::bit_or, code::bit_xor), value, true);
    const int from = allocator_.reg(o.a);
    allocator_.release(o.a);
    return listing_.vector(code::bit_xor, allocator_.result(value), from, Constant{~0u});
  }
  const int a = allocator_.reg(o.a), b = negates ? 0 : allocator_.reg(o.b);
  allocator_.release(o.a);
  if (!negates) allocator_.release(o.b);
  const int to = allocator_.result(value);
  if (negates) return listing_.mask_op(code::mask_not, to, 0, a, false);
  listing_.mask_op(choose(code::mask_and, code::mask_or, code::mask_xor), to, a, b);
}

void BodyWriter::select(int value) {
  const Operation& o = of(value);
  const int mask = allocator_.reg(o.a), otherwise = allocator_.reg(o.c);
  const ListedOperand chosen = allocator_.operand(o.b);
  for (int source : {o.a, o.b, o.c}) allocator_.release(source);
  const int to = allocator_.result(value);
  if (wide_masks()) return listing_.masked(code::blend, to, otherwise, chosen, mask, false);
  listing_.vector(code::blend_by_vector, to, otherwise, chosen, mask << 4);
}

void BodyWriter::keep(int value) {
  const Operation& o = of(value);
  const int mask = allocator_.reg(o.a);
  const ListedOperand kept = allocator_.operand(o.b);
  allocator_.release(o.a);
  allocator_.release(o.b);
  const int to = allocator_.result(value);
  if (wide_masks()) return listing_.masked(code::load, to, 0, kept, mask, true);
  listing_.vector(code::bit_and, to, mask, kept);
}

void BodyWriter::store(const Block::Output& output) {
  const BlockOperand& operand = block_.operands[at(output.operand)];
  const Memory to = allocator_.element(output.operand, output.ahead);
  if (operand.is_bool) {
    store_bytes(output, to);
  } else if (operand.is_bf16) {
    store_bf16(output, to);
  } else {
    store_f32(output, to);
  }
  allocator_.release(output.value);
}

void BodyWriter::store_f32(const Block::Output& output, const Memory& to) {
  const int from = allocator_.reg(output.value);
  if (!part_) return listing_.vector(code::store, from, 0, to);
  if (wide_masks()) return listing_.masked(code::store, from, 0, to, kPartMask, false);
  listing_.vector(code::store_some, from, residents_.part_mask, to);
}

void BodyWriter::store_bytes(const Block::Output& output, const Memory& to) {
  const int mask = allocator_.reg(output.value);
  const int bytes = allocator_.acquire();
  listing_.sized(code::load_bytes, Width::x128, bytes, 0, Constant{0x01010101}, mask, true);
  listing_.sized(code::store_bytes, Width::x128, bytes, 0, to, mask_of_part());
}

void BodyWriter::store_bf16(const Block::Output& output, const Memory& to) {
  const int from = allocator_.reg(output.value);
  const int high = allocator_.acquire();
  listing_.vector(code::shift, code::shift_right_unsigned, high, from, 16);
  listing_.masked(code::narrow, high, 0, to, mask_of_part(), false);
}

}  // namespace luge::cpu::fused::jit
