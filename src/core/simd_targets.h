// The instruction sets that vector loops are compiled for: AVX-512, AVX2 and the portable one.
// Included before anything of Highway.
#pragma once
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)
