#include "backend/cpu/fused/segment_operands.h"

namespace luge::cpu::fused {

using jit::BlockOperand;

void SegmentOperands::note(const Step& step) {
  if (const auto* expand = std::get_if<ExpandStep>(&step)) expansions_.insert_or_assign(expand->out, *expand);
  if (const auto* load = std::get_if<LoadStep>(&step)) loads_.insert_or_assign(load->out, *load);
}

std::optional<ResolvedOperand> SegmentOperands::resolve(int index, Level level) const {
  const Slot& slot = plan_.slots[static_cast<std::size_t>(index)];
  if (!is_for_code(slot.type)) return std::nullopt;
  BlockOperand operand{.is_bool = slot.type == DType::boolean, .slot = index};
  if (slot.advance == 0) {
    if (operand.is_bool) return std::nullopt;
    operand.kind = BlockOperand::Kind::splat;
    return ResolvedOperand{operand, false, {}};
  }
  if (level == Level::kept || slot.level == Level::kept) return ResolvedOperand{operand, false, {}};
  operand.pitch = g_.columns * operand.element();
  if (const auto found = expansions_.find(index); found != expansions_.end())
    return expanded(operand, found->second);
  if (const auto found = loads_.find(index); found != loads_.end()) return loaded(operand, found->second);
  return ResolvedOperand{operand, false, {}};
}

// A value of the kept axes is read where it is.
std::optional<ResolvedOperand> SegmentOperands::expanded(BlockOperand operand,
                                                         const ExpandStep& expand) const {
  const bool one_for_a_row = g_.kept == KeptExtent::rows;
  if (one_for_a_row && operand.is_bool) return std::nullopt;
  operand.slot = expand.in;
  operand.kind = one_for_a_row ? BlockOperand::Kind::row : BlockOperand::Kind::array;
  operand.pitch = one_for_a_row ? 4 : 0;
  return ResolvedOperand{operand, g_.rows > 1, {}};
}

// So are rows that are not adjacent, and one element for a whole row.
ResolvedOperand SegmentOperands::loaded(const BlockOperand& operand, const LoadStep& load) const {
  const Access& access = plan_.in[static_cast<std::size_t>(load.input)];
  const std::int64_t column = access.strides[g_.column_axis()], row = access.strides[g_.row_axis()];
  const bool native = register_type(access.type.dtype) == access.type.dtype;
  const bool narrow = access.type.dtype == DType::bf16 && isa_ == jit::Isa::avx512 && column == 1;
  const bool readable = (native || narrow) && (column == 1 || (column == 0 && !operand.is_bool)) &&
                        row * 4 == static_cast<std::int32_t>(row * 4);
  if (!readable) return {operand, false, {}};
  BlockOperand there = operand;
  there.kind = column == 1 ? BlockOperand::Kind::array : BlockOperand::Kind::row;
  there.is_bf16 = narrow;
  there.pitch = row * there.element();
  return {there, g_.rows > 1 && !(column == 1 && row == g_.columns), load};
}

}  // namespace luge::cpu::fused
