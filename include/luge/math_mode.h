// How much rounding a program may trade for speed.
#pragma once

#include <cstdint>

namespace luge {

/// Which algorithms float32 convolutions and matrix products may use.
enum class Math : std::uint8_t {
  fast,   ///< also Winograd convolutions and products split into bfloat16 parts, which round a little more
  strict  ///< neither of these
};

/// The dtype in which float32 products are computed.
enum class Precision : std::uint8_t {
  f32,  ///< float32
  /// Matrix products and convolutions, forward and backward, multiply bfloat16 numbers and sum in float32.
  /// Values between them are stored as bfloat16. Variables and their gradients, optimizer state, losses,
  /// normalizations and reductions stay in float32. A product that is faster in float32 on this machine, or
  /// that the machine cannot compute in bfloat16, stays in float32.
  bf16
};

}  // namespace luge
