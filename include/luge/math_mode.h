// How much rounding a program may trade for speed.
#pragma once

#include <cstdint>

namespace luge {

/// fast lets float32 convolutions and matmuls use Winograd or split products; strict forbids both.
enum class Math : std::uint8_t { fast, strict };

/// What float32 products are computed in. bf16: matmuls and convolutions, forward and backward, multiply
/// bfloat16 and sum in float32, and what lies between them stays in bfloat16; Variables and their gradients,
/// optimizer state, losses, normalisations and reductions stay in float32. A product
/// that this machine computes faster in float32, or only there, is left as it is.
enum class Precision : std::uint8_t { f32, bf16 };

}  // namespace luge
