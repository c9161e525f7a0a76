#include "backend/cpu/fused/jit/residents.h"

#include <algorithm>
#include <iterator>

#include "backend/cpu/fused/jit/body.h"

namespace luge::cpu::fused::jit {
namespace {

using Kind = BlockOperand::Kind;

constexpr int kUnlimited = 64;     // registers: more than any body uses
constexpr int kLeastForABody = 6;  // registers
constexpr int kSpareForABody = 2;  // beyond what the body of whole vectors needs: parts of vectors need more

// AVX2 has no masks for bytes or 16-bit elements.
bool needs_byte_masks(const Block& block, const Uses& uses) {
  const auto is_narrow = [&](int operand) {
    return block.operands[at(operand)].is_bool || block.operands[at(operand)].is_bf16;
  };
  for (int value = 0; value < static_cast<int>(block.operations.size()); ++value) {
    const Operation& operation = block.operations[at(value)];
    if (operation.op == Op::input && uses.live(value) && is_narrow(operation.a)) return true;
  }
  return std::any_of(block.outputs.begin(), block.outputs.end(),
                     [&](const Block::Output& output) { return is_narrow(output.operand); });
}

// Arrays are pointed at by registers, as long as there are some.
std::vector<int> assign_pointers(const Block& block) {
  std::vector<int> pointers(block.operands.size(), -1);
  std::size_t next = 0;
  for (std::size_t k = 0; k < pointers.size() && next < std::size(kPointers); ++k) {
    if (block.operands[k].kind == Kind::array) pointers[k] = kPointers[next++];
  }
  return pointers;
}

// What the block of several vectors has in common is where the block of one vector has it.
Residents shared_residents(const Residents& one, const std::vector<int>& shared, std::size_t values) {
  Residents several = one;
  several.pinned.assign(values, -1);
  several.home.assign(values, -1);
  for (std::size_t value = 0; value < shared.size(); ++value) {
    if (shared[value] < 0) continue;
    several.pinned[at(shared[value])] = one.pinned[value];
    several.home[at(shared[value])] = one.home[value];
  }
  return several;
}

// How many registers whole vectors want where there are as many as they want, and nothing is pinned.
std::optional<int> registers_wanted(const BodyPlan& plan, Isa isa) {
  Listing listing(isa);
  Body body(plan, listing);
  body.write(false, 0, 0);
  return body.fits() ? std::optional(body.registers_used()) : std::nullopt;
}

}  // namespace

bool LoopPlan::is_input(int value, Kind kind) const {
  const Operation& operation = one.block.operations[at(value)];
  return operation.op == Op::input && one.block.operands[at(operation.a)].kind == kind;
}

std::optional<LoopPlan> plan_loop(const Block& block, Isa isa, int together) {
  std::vector<int> shared;
  Block interleaved_block = interleaved(block, together, shared);
  LoopPlan plan{isa, together, {block, Uses(block), {}}, {interleaved_block, Uses(interleaved_block), {}}};
  if (block.operands.size() > at(kFramePointers)) return std::nullopt;
  if (block.down_columns && block.operands.size() >= at(kFirstPointers)) return std::nullopt;
  if (isa == Isa::avx2 && needs_byte_masks(block, plan.one.uses)) return std::nullopt;

  Residents& residents = plan.one.residents;
  const auto count = static_cast<int>(block.operations.size());
  residents.pinned.assign(at(count), -1);
  residents.home.assign(at(count), -1);
  residents.pointers = assign_pointers(block);
  residents.registers = vector_registers(isa);
  std::vector<int> candidates;  // values that could stay in a register
  for (int value = 0; value < count; ++value) {
    if (!plan.one.uses.live(value)) continue;
    const bool has_home = plan.is_input(value, Kind::row) || plan.is_input(value, Kind::splat);
    if (has_home) residents.home[at(value)] = residents.first_spill++;
    if (has_home || block.operations[at(value)].op == Op::constant) candidates.push_back(value);
  }
  if (residents.first_spill > kFrameVectors / 2) return std::nullopt;

  int taken = 0;
  if (isa == Isa::avx2) residents.part_mask = taken++;
  for (std::size_t r = 0; r < block.reductions.size(); ++r) {
    std::vector<int>& list = residents.accumulators.emplace_back();
    for (int k = 0; k < plan.accumulators(); ++k) list.push_back(taken++);
  }
  if (taken + kLeastForABody > residents.registers) return std::nullopt;

  const std::size_t values = plan.several.block.operations.size();
  plan.several.residents = shared_residents(residents, shared, values);
  plan.several.residents.registers = kUnlimited;
  const std::optional<int> wanted = registers_wanted(plan.several, isa);
  if (!wanted) return std::nullopt;
  const int room = residents.registers - *wanted - kSpareForABody;
  // What every row reads anew should not go through memory.
  const auto weight = [&](int value) {
    return plan.one.uses.count(value) + (plan.is_input(value, Kind::row) ? 2 : 0);
  };
  std::stable_sort(candidates.begin(), candidates.end(), [&](int a, int b) { return weight(a) > weight(b); });
  for (int k = 0; k < std::min(room, static_cast<int>(candidates.size())); ++k) {
    residents.pinned[at(candidates[at(k)])] = taken++;
  }
  plan.several.residents = shared_residents(residents, shared, values);
  return plan;
}

}  // namespace luge::cpu::fused::jit
