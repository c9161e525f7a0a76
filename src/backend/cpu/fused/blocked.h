// Tile programs over values in a blocked layout: elements are visited in the order of memory.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/buffer.h"
#include "ops/attributes/fused.h"

namespace luge::cpu::fused {

/// The program on memory: values as large as the whole space have `layout`, all others are public.
struct BlockedProgram {
  TileProgram program;
  std::vector<Type> in;  // as the program sees them
  std::vector<LayoutId> in_layouts, out_layouts;
};

/// The blocked layout that most bytes of the inputs have now; empty when none has one.
std::optional<LayoutId> prevailing_layout(const TileProgram& program, std::span<const Type> in,
                                          std::span<const LayoutId> layouts);

/// Empty when the program cannot run there: it draws random numbers, or something but single elements would
/// meet the padding, or the padding would not stay zero.
std::optional<BlockedProgram> block_program(const TileProgram& program, std::span<const Type> in,
                                            LayoutId layout);

}  // namespace luge::cpu::fused
