// What happens to the accumulators of a reduction.
#include "backend/cpu/fused/functions.h"
#include "backend/cpu/fused/jit/body_lister.h"
#include "backend/cpu/fused/jit/combine.h"
#include "backend/cpu/x64/opcodes.h"

namespace luge::cpu::fused::jit {
namespace {

// Stores the first element of `sum`, or fills a splat with it.
void store_result(const BlockOperand& operand, int index, int sum, Listing& listing) {
  listing.load(kScratch, frame_pointer(index));
  const Memory to{.base = kScratch};
  if (operand.kind == BlockOperand::Kind::row) {
    return listing.sized(code::store_one, Width::x128, sum, 0, to);
  }
  const Memory between = frame_vector(kFrameVectors - 1);
  listing.sized(code::store_one, Width::x128, sum, 0, between);
  listing.vector(code::broadcast, sum, 0, between);
  const std::int32_t vector = vector_bytes(listing.isa());
  for (std::int32_t bytes = 0; bytes < static_cast<std::int32_t>(kSplatBytes); bytes += vector) {
    listing.vector(code::store, sum, 0, Memory{.base = kScratch, .displacement = bytes});
  }
}

}  // namespace

// The accumulators meet in the tree of the interpreter's rows: halves, quarters and so on.
Listing BodyLister::row_result(std::size_t r) {
  const BlockReduction& reduction = plan_.one.block.reductions[r];
  const std::vector<int>& sums = plan_.one.residents.accumulators[r];
  Listing listing(plan_.isa);
  Allocator allocator(plan_.one, listing);
  const int other = allocator.reserve();
  for (std::size_t width = sums.size() / 2; width > 0; width /= 2) {
    for (std::size_t k = 0; k < width; ++k)
      combine(allocator, listing, reduction.reduction, sums[k], sums[k + width], false);
  }
  const int sum = sums[0];
  const auto combine_with = [&](Opcode permutation, int second, int immediate) {
    listing.vector(permutation, other, second, sum, immediate);
    combine(allocator, listing, reduction.reduction, sum, other, false);
  };
  if (plan_.isa == Isa::avx2) {
    combine_with(code::swap_halves, sum, 1);
  } else {
    combine_with(code::swap_parts, sum, 0x4E);
    combine_with(code::swap_parts, sum, 0xB1);
  }
  combine_with(code::permute, 0, 0x4E);
  combine_with(code::permute, 0, 0xB1);
  store_result(plan_.one.block.operands[at(reduction.operand)], reduction.operand, sum, listing);
  fits_ &= allocator.fits();
  return listing;
}

// After the last column there is room for a whole vector.
Listing BodyLister::add_to_sums(int count) {
  const BodyPlan& one = plan_.one;
  const bool is_avx2 = plan_.isa == Isa::avx2;
  const Width width = is_avx2 ? Width::x256 : Width::x512;
  const Opcode high_half = is_avx2 ? code::high_half_256 : code::high_half_512;
  Listing listing(plan_.isa);
  Allocator allocator(one, listing);
  const int half = allocator.reserve();
  for (std::size_t r = 0; r < one.block.reductions.size(); ++r) {
    listing.load(kScratch, frame_pointer(kFirstPointers + one.block.reductions[r].operand));
    for (int k = 0; k < count; ++k) {
      const int sum = one.residents.accumulators[r][at(k)];
      for (int part = 0; part < 2; ++part) {
        const Memory to{.base = kScratch,
                        .index = kIndex,
                        .scale = 8,
                        .displacement = k * plan_.lanes() * 8 + part * vector_bytes(plan_.isa)};
        if (part == 1) listing.sized(high_half, width, sum, 0, half, 0, false, 1);
        listing.sized(code::to_double, width, half, 0, part == 0 ? sum : half);
        listing.sized(code::add_double, width, half, half, to);
        listing.sized(code::store_double, width, half, 0, to);
      }
    }
  }
  fits_ &= allocator.fits();
  return listing;
}

}  // namespace luge::cpu::fused::jit
