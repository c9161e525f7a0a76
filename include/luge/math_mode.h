// How much rounding a program may trade for speed.
#pragma once

#include <cstdint>

namespace luge {

/// fast lets float32 convolutions and matmuls use Winograd or split products; strict forbids both.
enum class Math : std::uint8_t { fast, strict };

}  // namespace luge
