// The general registers and the frame of a generated function.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/x64/assembler.h"
#include "core/index.h"

namespace luge::cpu::fused::jit {

using namespace luge::cpu::x64;

inline constexpr Gp kSlots = rdi, kRows = rsi,
                    kColumns = rdx;  // the arguments; kSlots is free after the prologue
inline constexpr Gp kIndex = rcx, kScratch = rax;
inline constexpr Gp kPointers[] = {r8, r9, r10, r11, rbx, r12, r13, r14, r15};  // of arrays
inline constexpr Gp kSaved[] = {rbx, r12, r13, r14, r15};                       // the caller's
inline constexpr int kPartMask = 1;  // AVX-512: the mask register of a part of a vector

/// The frame holds vectors, then pointers.
inline constexpr int kFrameVectors = 48, kFramePointers = 64;
inline constexpr std::int32_t kFrameBytes = kFrameVectors * 64 + kFramePointers * 8;

inline Memory frame_vector(int index) { return {.base = rsp, .displacement = index * 64}; }
inline Memory frame_pointer(int index) {
  return {.base = rsp, .displacement = kFrameVectors * 64 + index * 8};
}

/// Loops that go down the columns start the pointers again at every strip: the first ones, and the number of
/// rows, are in the second half of the frame's pointers.
inline constexpr int kFirstPointers = kFramePointers / 2, kRowCount = kFramePointers - 1;

}  // namespace luge::cpu::fused::jit
