#include "backend/cpu/fused/jit/combine.h"

#include "backend/cpu/x64/opcodes.h"

namespace luge::cpu::fused::jit {
namespace {

constexpr int kOrdered = 7;  // of comparisons: neither is NaN

Opcode opcode_of(TileReduction reduction) {
  switch (reduction) {
    case TileReduction::sum: return code::add;
    case TileReduction::prod: return code::mul;
    case TileReduction::max: return code::max;
    case TileReduction::min: return code::min;
  }
  return {};
}

void combine_avx512(Allocator& allocator, Listing& listing, Opcode opcode, int sum, int from, int mask) {
  const int both = allocator.acquire();
  listing.vector(opcode, both, sum, from);
  const int ordered = allocator.acquire_mask();
  listing.masked(code::compare, ordered, sum, sum, mask, false, kOrdered);
  listing.masked(code::copy, sum, 0, both, ordered, false);
}

void combine_avx2(Allocator& allocator, Listing& listing, Opcode opcode, int sum, int from, bool part) {
  const int both = allocator.reserve();
  listing.vector(opcode, both, sum, from);
  const int chosen = allocator.acquire();
  listing.vector(code::compare, chosen, sum, sum, kOrdered);
  if (part) listing.vector(code::bit_and, chosen, chosen, allocator.part_mask());
  listing.vector(code::blend_by_vector, sum, sum, both, chosen << 4);
  allocator.give_back(both);
}

}  // namespace

// A NaN in the sum stays: where it is none, the processor's max and min give what a comparison would choose.
void combine(Allocator& allocator, Listing& listing, TileReduction reduction, int sum, int from, bool part) {
  const bool adds = reduction == TileReduction::sum || reduction == TileReduction::prod;
  const bool wide_masks = listing.isa() == Isa::avx512;
  const Opcode opcode = opcode_of(reduction);
  allocator.lock(from);
  if (adds && (!part || wide_masks))
    return listing.masked(opcode, sum, sum, from, part ? kPartMask : 0, false);
  if (wide_masks) return combine_avx512(allocator, listing, opcode, sum, from, part ? kPartMask : 0);
  if (!adds) return combine_avx2(allocator, listing, opcode, sum, from, part);
  const int both = allocator.acquire();
  listing.vector(opcode, both, sum, from);
  listing.vector(code::blend_by_vector, sum, sum, both, allocator.part_mask() << 4);
}

}  // namespace luge::cpu::fused::jit
