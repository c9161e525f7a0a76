#include "backend/cpu/fused/jit/residents.h"

#include <algorithm>
#include <iterator>
#include <utility>

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
  BodyWriter body(plan, listing);
  body.write(false, 0, 0);
  return body.fits() ? std::optional(body.registers_used()) : std::nullopt;
}

BodyPlan body_plan(Block block) {
  Uses uses(block);
  return {std::move(block), std::move(uses), {}};
}

// Values that are the same for every vector: those that could stay in a register. Inputs get a home in the
// frame.
std::vector<int> find_lasting_values(const LoopPlan& plan, Residents& residents) {
  const Block& block = plan.one.block;
  std::vector<int> lasting;
  for (int value = 0; value < static_cast<int>(block.operations.size()); ++value) {
    if (!plan.one.uses.live(value)) continue;
    const bool is_input = plan.is_input(value, Kind::row) || plan.is_input(value, Kind::splat);
    if (is_input) residents.home[at(value)] = residents.first_spill++;
    if (is_input || block.operations[at(value)].op == Op::constant) lasting.push_back(value);
  }
  return lasting;
}

// Registers from 0 on go to the mask of a part and to accumulators. Gives how many.
int assign_accumulators(const LoopPlan& plan, Residents& residents) {
  int taken = 0;
  if (plan.isa == Isa::avx2) residents.part_mask = taken++;
  for (std::size_t r = 0; r < plan.one.block.reductions.size(); ++r) {
    std::vector<int>& list = residents.accumulators.emplace_back();
    for (int k = 0; k < plan.accumulators(); ++k) list.push_back(taken++);
  }
  return taken;
}

// The values that are used most often stay in registers. A row's own values count more: each row would store
// them in the frame and load them again.
void pin(const LoopPlan& plan, std::vector<int> lasting, int room, int first, Residents& residents) {
  const auto weight = [&](int value) {
    return plan.one.uses.count(value) + (plan.is_input(value, Kind::row) ? 2 : 0);
  };
  std::stable_sort(lasting.begin(), lasting.end(), [&](int a, int b) { return weight(a) > weight(b); });
  for (int k = 0; k < std::min(room, static_cast<int>(lasting.size())); ++k)
    residents.pinned[at(lasting[at(k)])] = first + k;
}

}  // namespace

bool LoopPlan::is_input(int value, Kind kind) const {
  const Operation& operation = one.block.operations[at(value)];
  return operation.op == Op::input && one.block.operands[at(operation.a)].kind == kind;
}

std::optional<LoopPlan> plan_loop(const Block& block, Isa isa, int vectors) {
  if (block.operands.size() > at(kFramePointers)) return std::nullopt;
  if (block.down_columns && block.operands.size() >= at(kFirstPointers)) return std::nullopt;
  std::vector<int> shared;
  LoopPlan plan{isa, vectors, body_plan(block), body_plan(interleaved(block, vectors, shared))};
  if (isa == Isa::avx2 && needs_byte_masks(block, plan.one.uses)) return std::nullopt;

  Residents& residents = plan.one.residents;
  residents.pinned.assign(block.operations.size(), -1);
  residents.home.assign(block.operations.size(), -1);
  residents.pointers = assign_pointers(block);
  residents.registers = vector_registers(isa);
  const std::vector<int> lasting = find_lasting_values(plan, residents);
  if (residents.first_spill > kFrameVectors / 2) return std::nullopt;
  const int taken = assign_accumulators(plan, residents);
  if (taken + kLeastForABody > residents.registers) return std::nullopt;

  const std::size_t values = plan.several.block.operations.size();
  plan.several.residents = shared_residents(residents, shared, values);
  plan.several.residents.registers = kUnlimited;
  const std::optional<int> wanted = registers_wanted(plan.several, isa);
  if (!wanted) return std::nullopt;
  pin(plan, lasting, residents.registers - *wanted - kSpareForABody, taken, residents);
  plan.several.residents = shared_residents(residents, shared, values);
  return plan;
}

}  // namespace luge::cpu::fused::jit
