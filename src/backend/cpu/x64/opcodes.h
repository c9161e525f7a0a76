// The vector instructions of generated code.
#pragma once

#include "backend/cpu/x64/assembler.h"

namespace luge::cpu::x64::code {

// clang-format off
inline constexpr Opcode load{1, 0, 0x10}, store{1, 0, 0x11}, copy{1, 0, 0x28}, store_one{1, 2, 0x11};
inline constexpr Opcode load_some{2, 1, 0x2C}, store_some{2, 1, 0x2E};  // AVX2, by a mask in a vector
inline constexpr Opcode broadcast{2, 1, 0x18};
inline constexpr Opcode add{1, 0, 0x58}, sub{1, 0, 0x5C}, mul{1, 0, 0x59}, div{1, 0, 0x5E}, min{1, 0, 0x5D}, max{1, 0, 0x5F};
inline constexpr Opcode sqrt{1, 0, 0x51}, round{3, 1, 0x08};
inline constexpr Opcode multiply_add_213{2, 1, 0xA8}, multiply_add_231{2, 1, 0xB8};
inline constexpr Opcode negative_multiply_add_213{2, 1, 0xAC}, negative_multiply_add_231{2, 1, 0xBC};
inline constexpr Opcode bit_and{1, 0, 0x54}, and_not{1, 0, 0x55}, bit_or{1, 0, 0x56}, bit_xor{1, 0, 0x57};
inline constexpr Opcode to_integer{1, 2, 0x5B}, to_float{1, 0, 0x5B};
inline constexpr Opcode integer_add{1, 1, 0xFE}, integer_sub{1, 1, 0xFA};
inline constexpr Opcode shift{1, 1, 0x72};  // the direction is in the field of a register
inline constexpr int shift_left = 6, shift_right = 4, shift_right_unsigned = 2;
inline constexpr Opcode widen{2, 1, 0x33}, narrow{2, 2, 0x33};  // between 16 and 32 bits
inline constexpr Opcode compare{1, 0, 0xC2};
inline constexpr Opcode blend_by_vector{3, 1, 0x4A};  // AVX2: the mask in the immediate
inline constexpr Opcode blend{2, 1, 0x65};            // AVX-512
inline constexpr Opcode mask_and{1, 0, 0x41}, mask_or{1, 0, 0x45}, mask_xor{1, 0, 0x47}, mask_not{1, 0, 0x44};
inline constexpr Opcode mask_from_general{1, 0, 0x92};
inline constexpr Opcode load_bytes{1, 3, 0x6F}, store_bytes{1, 3, 0x7F}, test_bytes{2, 1, 0x26};
inline constexpr Opcode to_double{1, 0, 0x5A}, add_double{1, 1, 0x58, true}, store_double{1, 1, 0x11, true};
inline constexpr Opcode high_half_512{3, 1, 0x1B, true}, high_half_256{3, 1, 0x19};
inline constexpr Opcode swap_parts{3, 1, 0x23, true};  // 128-bit parts of 512
inline constexpr Opcode swap_halves{3, 1, 0x06};       // of 256
inline constexpr Opcode permute{3, 1, 0x04};           // within 128 bits
// clang-format on

}  // namespace luge::cpu::x64::code
